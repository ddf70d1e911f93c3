"""Names of tests are the same in every process, so that parallel workers collect the same tests."""

from __future__ import annotations

import gzip

import pytest


@pytest.mark.parametrize(("packed", "text"), [(gzip.compress(b"a"), "a"), (bytearray(gzip.compress(b"b")), "b")])
def test_bytes_are_named_by_their_argument(packed, text, request):
    assert gzip.decompress(packed) == text.encode()
    assert request.node.callspec.id == f"packed-{text}"


def test_no_name_in_this_run_holds_bytes(request):
    parameters = [(item, value) for item in request.session.items if hasattr(item, "callspec")
                  for value in item.callspec.params.values() if isinstance(value, bytes) and value]  # fmt: skip
    assert not [item.nodeid for item, value in parameters if value.decode("ascii", "backslashreplace") in item.name]
