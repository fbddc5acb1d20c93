"""What a form says of a field that is not filled in as it should be, in one voice."""

from typing import Any

from django import forms

TOO_LONG = "请不要超过 %(limit_value)s 个字，现在是 %(show_value)s 个字。"


class Worded(forms.BaseForm):
    """A form whose every field says 请填写…, 请选择… or 请上传…, whatever Django would say."""

    def full_clean(self) -> None:
        """Give the fields their words when all have their labels, then check them."""
        for field in self.fields.values():
            field.error_messages |= _words(field)
        super().full_clean()


def _words(field: forms.Field) -> dict[str, Any]:
    label = field.label
    if isinstance(field, forms.FileField):
        asked = dict.fromkeys(("required", "invalid", "missing"), f"请上传{label}。")
        return asked | {"empty": "请上传非空的文件。"}
    if isinstance(field, forms.ChoiceField):
        return dict.fromkeys(("required", "invalid_choice"), f"请选择{label}。")
    words = {"required": f"请填写{label}。", "max_length": TOO_LONG}
    if isinstance(field, forms.DateField):
        return words | {"invalid": "请填写真实的日期，如 2024-08-01。"}
    if isinstance(field, forms.IntegerField):
        return words | {
            "invalid": "请填写整数。",
            "min_value": "请填写不小于 %(limit_value)s 的数。",
            "max_value": "请填写不大于 %(limit_value)s 的数。",
        }
    if isinstance(field, forms.URLField):
        return words | {"invalid": "请填写完整的地址，如 https://10.0.0.8:8443。"}
    return words
