"""Static files under hashed names, including the imports of JavaScript modules."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticStorage(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 30
    """One pass per step of the longest chain of imports. Circular imports would never settle."""
