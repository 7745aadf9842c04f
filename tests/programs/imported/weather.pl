0.5 :: wet. dry :- \+wet. query(dry). evidence(\+wet).
