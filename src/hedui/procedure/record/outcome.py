"""Two words for what can go wrong, from which every face knows what to say."""


class Refusal(Exception):
    """
    The procedure says no (4xx): one clear sentence for the user, who can do something about it.

    message: Chinese, without personal data. field: where in the input, as a path, or "".
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Trouble(Exception):
    """Something broke (5xx): for the operator. The message carries no personal data."""
