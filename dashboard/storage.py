"""Static files under names that hold their hash, in JavaScript modules' imports too."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticStorage(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 30
    """One for each step of the longest chain of imports. Modules that import each other never come to an end."""
