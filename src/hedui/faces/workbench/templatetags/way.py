"""The main ways (主导航): each leads to a room of the workbench, and shows whether one is in it."""

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def way(context: template.Context, name: str, label: str) -> SafeString:
    """Write the way to a page, marked where one is on it or on a page below it."""
    request: HttpRequest = context["request"]
    address = reverse(f"workbench:{name}")
    if request.path == address:
        return format_html('<a href="{}" aria-current="page">{}</a>', address, label)
    if name != "home" and request.path.startswith(address):
        return format_html('<a href="{}" aria-current="true">{}</a>', address, label)
    return format_html('<a href="{}">{}</a>', address, label)
