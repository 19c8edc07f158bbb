"""What can be wrong with a broker, each in one sentence that says what to do. Pure.

Must never hold a password, nor anything else that a broker or a file says of one.
"""

from __future__ import annotations

import socket
import ssl

from paho.mqtt.reasoncodes import ReasonCode

from assistant.config import HomeConfig
from assistant.errors import FrontEndError

_WRONG_PASSWORD = ("Bad user name or password", "Not authorized", "Bad authentication method")
_BUSY = ("Server unavailable", "Server busy", "Quota exceeded", "Connection rate exceeded")
_OLD = ("Unsupported protocol version",)
_HOSTNAME_MISMATCH = 62
_IP_MISMATCH = 64


def _trouble(code: str, message: str) -> FrontEndError:
    return FrontEndError(f"home_{code}", message)


def not_connected(home: HomeConfig, port: int, error: Exception) -> FrontEndError:
    """Nobody could be connected to."""
    place = f"{home.broker}, port {port}"
    match error:
        case ssl.SSLCertVerificationError():
            return _untrusted(home, error)
        case ssl.SSLError():
            return _trouble(
                "no_tls",
                f"The broker at {place} does not speak TLS there: name its TLS port, which is often 8883, or "
                "set tls = false.",
            )
        case socket.gaierror():
            return _trouble(
                "unknown_host",
                f"There is no computer called {home.broker}: check its name, or use its address, such as "
                "192.168.1.20.",
            )
        case ConnectionRefusedError():
            return _trouble(
                "nobody_there",
                f"No broker listens at {place}: check the port, and that the broker runs.",
            )
        case ConnectionResetError() | BrokenPipeError() if home.tls:
            return _trouble(
                "no_tls",
                f"The broker at {place} ended the connection at once: perhaps it does not speak TLS there, "
                "then set tls = false.",
            )
        case TimeoutError():
            return _trouble(
                "no_way",
                f"{home.broker} does not answer at port {port}: check that it is on, and in your network.",
            )
        case PermissionError():
            return _trouble(
                "not_allowed",
                f"This system does not let Limber reach {place}: where Limber is a service, allow it the "
                "network first (docs/home-assistant.md).",
            )
        case _:
            reason = getattr(error, "strerror", None) or type(error).__name__
            return _trouble("no_way", f"{place} cannot be reached ({reason}): check name, port and network.")


def _untrusted(home: HomeConfig, error: ssl.SSLCertVerificationError) -> FrontEndError:
    if error.verify_code in (_HOSTNAME_MISMATCH, _IP_MISMATCH):
        return _trouble(
            "other_name",
            f"The broker's certificate is for another name than {home.broker}: use the name that it was made "
            "for.",
        )
    return _trouble(
        "untrusted",
        "The broker's certificate is not trusted: name the file of the authority that signed it as ca_file "
        f"({error.verify_message}).",
    )


def refused(home: HomeConfig, answer: ReasonCode) -> FrontEndError:
    """The broker has answered no."""
    name = str(answer)
    if name in _WRONG_PASSWORD:
        return _trouble("password", "The broker refuses this user name and password: check both.")
    if name in _OLD:
        return too_old(home)
    if name in _BUSY:
        return _trouble("busy", f"The broker at {home.broker} is too busy just now: try again later.")
    return _trouble("refused", f"The broker at {home.broker} refuses Limber ({name}): its log says why.")


def no_broker() -> FrontEndError:
    """None is named."""
    return _trouble("no_broker", "No broker is named: `limber home` asks for it.")


def too_old(home: HomeConfig) -> FrontEndError:
    """It speaks an older MQTT than ours."""
    return _trouble(
        "too_old",
        f"The broker at {home.broker} does not speak MQTT 5: update it; Mosquitto does from version 1.6 on.",
    )


def no_answer(home: HomeConfig) -> FrontEndError:
    """It takes the connection, and says nothing."""
    return _trouble(
        "no_answer",
        f"Something takes connections at {home.broker}, but does not answer as a broker: check the port.",
    )


def lost(home: HomeConfig, *, is_answered: bool) -> FrontEndError:
    """The connection has ended, from there or on the way."""
    if is_answered:
        return _trouble("lost", f"The connection to the broker at {home.broker} was lost.")
    wanted = "it speaks no MQTT 5, or it is another program" if home.tls else "perhaps it wants TLS there"
    return _trouble(
        "ended_at_once",
        f"{home.broker} ended the connection at once: {wanted}; check the port.",
    )


def broken(home: HomeConfig, error: Exception) -> FrontEndError:
    """What comes from there makes no sense."""
    return _trouble(
        "broken", f"What {home.broker} sends is no MQTT 5 ({type(error).__name__}): check the port."
    )


def may_not_read(home: HomeConfig) -> FrontEndError:
    """Its rules keep us from the topics of our commands."""
    return _trouble(
        "may_not_read",
        f"The broker does not let this user read limber/{home.node}/#: its access rules have to allow it.",
    )


def may_not_write(home: HomeConfig) -> FrontEndError:
    """Its rules keep us from telling what there is."""
    return _trouble(
        "may_not_write",
        f"The broker does not let this user write below {home.discovery_prefix}/device and "
        f"limber/{home.node}: its access rules have to allow it.",
    )


def unusable_file(path: str, error: Exception) -> FrontEndError:
    """A certificate, a key or a password cannot be read."""
    reason = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
    return _trouble("file", f"{path} cannot be used: {reason or 'it holds nothing of this kind'}.")
