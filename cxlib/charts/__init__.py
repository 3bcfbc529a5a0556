"""One file a result: (result, labels) to an Altair chart."""
