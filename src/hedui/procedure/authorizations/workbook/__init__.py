"""
The workbook 表格 of many households: what its sheets hold, writing it, reading it, taking it in.

A household is read into the shape of CASE.json and taken in by the same act as a file; each whole
or not at all.
"""
