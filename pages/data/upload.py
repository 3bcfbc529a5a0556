"""Upload."""

PAGE = {"title": "Upload", "group": "data", "icon": ":material/upload_file:", "order": 20}
