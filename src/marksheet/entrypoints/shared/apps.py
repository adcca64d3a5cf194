"""Name this app for Django."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """What every way in shares."""

    name = "marksheet.entrypoints.shared"
    label = "shared"

    def ready(self) -> None:
        """Listen to sign-ins."""
        from django.contrib.auth.signals import user_logged_in

        from marksheet.entrypoints.shared.sign_in import record_sign_in

        user_logged_in.connect(record_sign_in, dispatch_uid="marksheet.sign-in")
