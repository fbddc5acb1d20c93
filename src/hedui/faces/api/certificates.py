"""
Client certificates 客户端证书: whom a caller proved to be when it connected.

The reverse proxy verifies the certificate against the private authority and hands it over in a
header that it sets on every request, `HEDUI_CLIENT_CERTIFICATE` names which. What another could
have written there is why the web server must be reached through that proxy alone.
"""

from base64 import b64decode
from urllib.parse import unquote

from cryptography import x509
from django.conf import settings
from django.http import HttpRequest

LONGEST = 16_384


def names_shown(request: HttpRequest) -> frozenset[str]:
    """
    Return the DNS names of the certificate that was shown; none where none was, or none is read.

    Read are URL-encoded PEM, as nginx writes it, and DER in base64 between colons (RFC 9440).
    """
    header = settings.HEDUI_CLIENT_CERTIFICATE
    written = request.headers.get(header, "") if header else ""
    if not written or len(written) > LONGEST:
        return frozenset()
    try:
        if written.startswith(":"):
            certificate = x509.load_der_x509_certificate(
                b64decode(written.strip(":"), validate=True)
            )
        else:
            certificate = x509.load_pem_x509_certificate(unquote(written).encode("ascii"))
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return frozenset()
    return frozenset(named.value.get_values_for_type(x509.DNSName))
