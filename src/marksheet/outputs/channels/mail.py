"""Hand one message over to the mail server, and know what became of it."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail import get_connection

from marksheet.outputs.notices.message import Message

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Fate(StrEnum):
    """What became of a message."""

    SENT = "sent"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


class HandedOver(NamedTuple):
    """The fate of a message and what the server said."""

    fate: Fate
    detail: str


def hand_over(message: Message, reference: str) -> HandedOver:
    """Hand ``message`` over and return its fate.

    Args:
        reference: becomes the Message-ID, the same at every try, so that a mail server can tell a repetition.

    *unknown* is said only where the server may have the message: the connection broke after its text was sent
    and before the answer came.
    """
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        _by_backend(message, reference)
        return HandedOver(Fate.SENT, "handed to the file sink")
    try:
        server = _connected()
    except (smtplib.SMTPException, OSError) as error:
        return HandedOver(Fate.LATER, _said(error))
    try:
        return _delivered(server, message, reference)
    finally:
        server.close()


def _connected() -> smtplib.SMTP:
    context = ssl.create_default_context()
    timeout = settings.EMAIL_TIMEOUT or 20
    server: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        server = smtplib.SMTP_SSL(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=timeout)
    server.ehlo_or_helo_if_needed()
    if settings.EMAIL_USE_TLS:
        server.starttls(context=context)
        server.ehlo()
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    return server


def _delivered(server: smtplib.SMTP, message: Message, reference: str) -> HandedOver:
    try:
        for code, text in (_begin(server, message), server.docmd("DATA")):
            if code not in (250, 251, 354):
                return _answered(code, text)
    except (smtplib.SMTPException, OSError) as error:
        return HandedOver(Fate.LATER, _said(error))
    try:
        server.send(_as_lines(message, reference) + b".\r\n")
        code, text = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return HandedOver(Fate.UNKNOWN, _said(error))
    return HandedOver(Fate.SENT, _text(text)) if code == 250 else _answered(code, text)


def _begin(server: smtplib.SMTP, message: Message) -> tuple[int, bytes]:
    sender = settings.DEFAULT_FROM_EMAIL
    bare = sender.rpartition("<")[2].rstrip(">")
    code, text = server.mail(bare)
    return (code, text) if code != 250 else server.rcpt(message.to)


def _answered(code: int, text: bytes) -> HandedOver:
    fate = Fate.REFUSED if 500 <= code < 600 else Fate.LATER
    return HandedOver(fate, f"{code} {_text(text)}")


def _as_lines(message: Message, reference: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = _message_id(reference)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    lines = mail.as_bytes().replace(b"\r\n", b"\n").split(b"\n")
    stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
    return b"\r\n".join(stuffed).rstrip(b"\r\n") + b"\r\n"


def _message_id(reference: str) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{reference}@{domain}>" if reference else make_msgid(domain=domain)


def _by_backend(message: Message, reference: str) -> None:
    mail = DjangoMessage(
        message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.to],
        headers={"Message-ID": _message_id(reference)}, connection=get_connection(),
    )  # fmt: skip
    mail.send()


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _text(text: bytes) -> str:
    return text.decode(errors="replace")[:300]
