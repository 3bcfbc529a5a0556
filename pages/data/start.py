"""Start: what can I do here, and a sample one click away."""

PAGE = {"title": "Start", "group": "data", "icon": ":material/home:", "order": 10}
