"""What a password must be, said in the words of this house; what is checked is Django's."""

from django.contrib.auth import password_validation as checks


class LongEnough(checks.MinimumLengthValidator):
    """At least eight characters."""

    def get_error_message(self) -> str:
        """Say what to do."""
        return f"请填写至少 {self.min_length} 位的密码。"

    def get_help_text(self) -> str:
        """Say it before."""
        return f"至少 {self.min_length} 位。"


class NotCommon(checks.CommonPasswordValidator):
    """None that everybody tries first."""

    def get_error_message(self) -> str:
        """Say what to do."""
        return "这个密码太常见，请另填一个。"

    def get_help_text(self) -> str:
        """Say it before."""
        return "不能是常见密码。"


class NotTheName(checks.UserAttributeSimilarityValidator):
    """None that the login name gives away."""

    def get_error_message(self) -> str:
        """Say what to do."""
        return "密码与登录名太相似，请另填一个。"

    def get_help_text(self) -> str:
        """Say it before."""
        return "不能与登录名相似。"
