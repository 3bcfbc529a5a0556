"""Customer."""

PAGE = {"title": "Customer", "group": "value", "icon": ":material/person:", "order": 50}
