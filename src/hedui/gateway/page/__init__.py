"""
Show the department what was asked of it (部门页面), on an address of its own.

What was asked, by whom and with which authorization, day by day; statistics; requests for
correction; the switch that pauses. It shows what the record holds and no more: whom an inquiry was
about is masked.
"""

from hedui.gateway.page.app import page

__all__ = ["page"]
