"""How Chinese is set on the public pages."""

from django import template

from hedui.values.marks import punctuated

register = template.Library()
register.filter(punctuated)
