"""What customers are worth: sales, RFM, clusters, lifetime value."""
