"""Makes the catalog's data files from the installed stripe SDK. Nothing here runs when the catalog is only read."""
