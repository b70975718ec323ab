"""The codes of labels."""

from renkei.imaging import codes
from renkei.imaging.codes import Code


def test_no_two_meanings_share_a_code():
    every = [value for value in vars(codes).values() if isinstance(value, Code)]
    assert len(every) > 8
    assert len({(code.scheme, code.value) for code in every}) == len(every)


def test_snomed_values_carry_their_check_digit():
    # SNOMED CT identifiers end in a Verhoeff check digit: a mistyped one fails here.
    multiply = [[0] * 10 for _ in range(10)]
    for a in range(10):
        for b in range(10):
            if a < 5 and b < 5:
                multiply[a][b] = (a + b) % 5
            elif a < 5:
                multiply[a][b] = (a + b - 5) % 5 + 5
            elif b < 5:
                multiply[a][b] = (a - 5 - b) % 5 + 5
            else:
                multiply[a][b] = (a - b) % 5
    shuffle = [[1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    permute = [list(range(10))]
    for _ in range(7):
        permute.append([permute[-1][shuffle[0][i]] for i in range(10)])
    for code in (value for value in vars(codes).values() if isinstance(value, Code)):
        check = 0
        for place, digit in enumerate(reversed(code.value)):
            check = multiply[check][permute[place % 8][int(digit)]]
        assert check == 0, code
