from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from services.trading.accounts import totp

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238_APPENDIX_B = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""SHA-1, eight digits; the six that authenticators show are the last of them."""


@pytest.mark.parametrize(("seconds", "code"), RFC_6238_APPENDIX_B.items())
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.matching_step(RFC_SECRET, code[-6:], at) == totp.step_of(at) == seconds // 30


@pytest.mark.parametrize(("late", "passes"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_passes_one_step_early_or_late_and_no_more(late: int, *, passes: bool) -> None:
    at = datetime.fromtimestamp(1111111111, UTC) + timedelta(seconds=late)
    assert (totp.matching_step(RFC_SECRET, "050471", at) is not None) is passes


def test_an_authenticator_reads_the_secret_from_the_address_in_the_picture() -> None:
    uri = totp.uri_of(RFC_SECRET, account="7", issuer="Omega")
    assert uri == f"otpauth://totp/Omega:7?secret={RFC_SECRET}&issuer=Omega"
    picture = Image.open(BytesIO(totp.picture_of(uri)))
    assert picture.format == "PNG"
    assert picture.width == picture.height > 200


def test_recovery_codes_differ_and_are_read_however_they_are_written() -> None:
    numbers = iter(range(100))
    codes = totp.recovery_codes(lambda count: bytes([next(numbers)] * count))
    assert len(set(codes)) == totp.RECOVERY_CODES == 8
    assert all(len(code) == 19 for code in codes)
    assert totp.hash_of("7", codes[0]) == totp.hash_of("7", f" {codes[0].upper().replace('-', ' ')} ")
    assert totp.hash_of("7", codes[0]) != totp.hash_of("8", codes[0])
