"""The JSON API under /api/v1: what the staff page can do, a program can do.

One list of routes (listing.py) says all of each: who may ask it, with what, and what it answers. mount.py
opens its doors, serve.py answers, document.py writes the OpenAPI document and page.py the page /api: none of
them can say anything else than the list.
"""
