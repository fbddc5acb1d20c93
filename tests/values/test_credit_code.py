"""统一社会信用代码: eighteen characters, the last of which checks the others."""

import pytest

from hedui.values.credit_code import CreditCodeError, parse_credit_code

GOOD = "91110000600037341L"


def test_it_is_read_in_small_letters_and_with_spaces():
    assert parse_credit_code(" 91110000 600037341l ") == GOOD


@pytest.mark.parametrize("text", ["", GOOD[:-1], f"{GOOD}0", "9111000060003734IL", "９" + GOOD[1:]])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(CreditCodeError, match="18 位"):
        parse_credit_code(text)


@pytest.mark.parametrize("place", range(len(GOOD)))
def test_one_character_that_is_wrong_is_found(place):
    for other in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {GOOD[place]}:
        with pytest.raises(CreditCodeError, match="校验位"):
            parse_credit_code(GOOD[:place] + other + GOOD[place + 1 :])
