"""
交换方式 (channels): the ways in which a department may agree to be asked.

Each has a connector, the file of its name in `inquiries/connectors/`, or that of the channel it is
spoken as; a channel whose file is not there is not offered.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """
    One way of exchange 交换方式.

    answers_later: an answer does not come over the line on which the question left, but hours or
        days afterwards, by itself
    is_gathered: questions about many households leave together, in one file or message
    needs_service: the department has an address of its own that messages go to
    spoken_as: the channel whose connector speaks to it, where it has none of its own
    """

    name: str
    label: str
    answers_later: bool = False
    is_gathered: bool = False
    needs_service: bool = False
    spoken_as: str = ""

    @property
    def connector(self) -> str:
        """The name of its connector."""
        return self.spoken_as or self.name

    @property
    def is_by_files(self) -> bool:
        """Whether what is gathered leaves in files."""
        return self.is_gathered and not self.spoken_as


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("https_json", "签名报文（HTTPS）", needs_service=True),
        Channel(
            "https_together",
            "签名报文（HTTPS），成批",
            answers_later=True,
            is_gathered=True,
            needs_service=True,
            spoken_as="https_json",
        ),
        Channel(
            "https_later", "签名报文（HTTPS），另行答复", answers_later=True, needs_service=True
        ),
        Channel("sftp", "批量文件（SFTP）", answers_later=True, is_gathered=True),
        Channel("database_view", "数据库视图（只读）"),
        Channel(
            "view_together",
            "数据库视图（只读），成批",
            answers_later=True,
            is_gathered=True,
            spoken_as="database_view",
        ),
        Channel("folder", "批量文件（共享文件夹）", answers_later=True, is_gathered=True),
        Channel("upload", "批量文件（人工）", answers_later=True, is_gathered=True),
    )
}

LATER = sorted(name for name, channel in CHANNELS.items() if channel.answers_later)
GATHERED = sorted(name for name, channel in CHANNELS.items() if channel.is_gathered)
BY_FILES = sorted(name for name, channel in CHANNELS.items() if channel.is_by_files)
