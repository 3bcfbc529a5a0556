"""What leaves: CSV, XLSX, images."""
