"""Dates, times, durations and regular expressions."""

from __future__ import annotations

import pytest

from tests.grounding.native.asking import cases, solutions

DATES = r"""
is_date(date(2000,2,29)) ==> true
is_date(date(1900,2,29)) ==> no
is_date(date(2000,2,X)) ==> no
is_date("2000-02-29") ==> no
is_datetime(datetime(2000,2,29,23,59,59)) ==> true
is_datetime(datetime(2000,2,29,24,0,0)) ==> no
date_number(date(1970,1,1),X) ==> X=0
date_number(date(1,1,1),X) ==> X=-719162
date_number(X,-1) ==> X=date(1969,12,31)
date_number(date(Y,M,31),365) ==> no
date_number(date(Y,M,1),365) ==> Y=1971, M=1
date_number(X,10000000) ==> E322 10000000 is no day of a year from 1 to 9999
date_number(X,Y) ==> E302 date_number/2 is called with a variable that has no value yet where it takes a date, or the number of a day
date_number(date(0,1,1),X) ==> E322 date(0,1,1) is no date: year 0 is out of range
date_number(foo,X) ==> E322 foo is no date
datetime_number(datetime(1969,12,31,23,59,59),X) ==> X=-1
datetime_number(X,86400) ==> X=datetime(1970,1,2,0,0,0)
datetime_number(X,100000000000000) ==> E322 100000000000000 is no second of a year from 1 to 9999
date_string(date(2019,1,4),X) ==> X="2019-01-04"
date_string(X,'2019-01-04') ==> X=date(2019,1,4)
date_string(date(2019,1,4),'2019-01-04') ==> true
date_string(date(2019,1,4),"2019-01-05") ==> no
date_string(X,"2019-1-4") ==> E322 "2019-1-4" is no date
date_string(X,"2019-02-29") ==> E322 "2019-02-29" is no date: day is out of range for month
datetime_string(X,"2019-01-04 10:30:00") ==> X=datetime(2019,1,4,10,30,0)
datetime_string(datetime(2019,1,4,10,30,0),X) ==> X="2019-01-04T10:30:00"
datetime_string(X,"2019-01-04") ==> E322 "2019-01-04" is no time
duration_parts(days(3),M,D,S) ==> M=0, D=3, S=0
duration_parts([years(1),"2 months -3 days",hours(1)],M,D,S) ==> M=14, D=-3, S=3600
duration_parts("2weeks",M,D,S) ==> M=0, D=14, S=0
duration_parts([],M,D,S) ==> M=0, D=0, S=0
duration_parts("",M,D,S) ==> E322 "" is no duration
duration_parts(day(3),M,D,S) ==> E322 day(3) is no duration
duration_parts(days(1.5),M,D,S) ==> E322 days(1.5) is no duration
duration_parts("3 days late",M,D,S) ==> E322 "3 days late" is no duration
duration_parts(X,M,D,S) ==> E302 duration_parts/4 is called with a variable that has no value yet where it takes a duration
"""

REGULAR = r"""
regex_match(ab,"(a)(x)?b",G) ==> G=["a",none]
regex_match(abc,"ab",G) ==> no
regex_match("","",G) ==> G=[]
regex_search(aaa,"a",I,J,_) ==> I=0, J=1 ; I=1, J=2 ; I=2, J=3
regex_search(banana,"an",3,J,_) ==> J=5
regex_search(12,"[a-z]",I,J,_) ==> no
regex_replace(abc,"[ac]","<\\g<0>>",X) ==> X="<a>b<c>"
regex_replace(abc,"b","",X) ==> X="ac"
regex_replace(abc,"b","\\1",X) ==> E321 '\\1' is no replacement for this regular expression: invalid group reference 1 at position 1
regex_match(ab,"*",G) ==> E321 '*' is no regular expression: nothing to repeat at position 0
regex_match(ab,"[[a]",G) ==> E321 '[[a]' is no regular expression: Possible nested set at position 1
regex_match(X,"a",G) ==> E302 regex_match/3 is called with a variable that has no value yet where it takes an atom, number or string
string_upper("aé",X) ==> X="AÉ"
string_lower('ÀB',X) ==> X="àb"
"""


@pytest.mark.parametrize(("goal", "expected"), [*cases(DATES), *cases(REGULAR)])
def test_solutions(goal: str, expected: list[str]) -> None:
    assert solutions(goal) == expected
