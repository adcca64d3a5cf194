"""How allauth behaves here: sign-up is closed, mail is queued, secrets are encrypted, sign-ins are logged."""

import base64
import hashlib
import time
from typing import Any

import structlog
from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions import accounts
from marksheet.apps.people.queries import Person

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by administrators and imports; passwords change through verbs."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Ask for the password again; but who signed in with it just now may set a first second factor up."""
        request = self.request
        if app != "allauth.mfa" or is_mfa_enabled(request.user):
            return True
        typed = [
            one["at"]
            for one in request.session.get("account_authentication_methods", [])
            if one.get("method") == "password"
        ]
        return not typed or time.time() - typed[-1] >= account_settings.REAUTHENTICATION_TIMEOUT

    def set_password(self, user: Person, password: str) -> None:
        """Store a checked password, with its audit event."""
        accounts.set_password(user, password, at=clock.read())

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Queue the mail: no request waits for a mail server, or tells by its time that somebody exists."""
        accounts.ask_password_reset(user, key=f"{context['uid']}-{context['key']}", at=clock.read())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave a trace of a failed sign-in, without the name that was tried."""
        log.warning("sign_in_failed", ip=self.get_client_ip(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted with the installation's key."""

    def encrypt(self, text: str) -> str:
        """Return ``text`` encrypted."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted, under this key or one of its predecessors."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"mfa:{key}".encode()).digest())) for key in keys]
    )


def record_sign_in(sender: object, request: HttpRequest | None, user: Person, **_: Any) -> None:
    """Write a sign-in into the audit log; the one signal listener of the house."""
    methods = request.session.get("account_authentication_methods", []) if request is not None else []
    how = "+".join(str(entry.get("method", "")) for entry in methods)
    how = how or getattr(request, "signed_in_by", "other")
    accounts.record_sign_in(user, how=how, at=clock.read())
