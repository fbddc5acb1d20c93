"""Acts on one message about many people 成批报文: they belong to no case and name the message."""

# Asked by an index; a test finds every act that is one.
CARRYING = (
    "inquiries.declare_lost",
    "inquiries.end",
    "inquiries.find_left",
    "inquiries.hand_over",
    "inquiries.keep_back",
    "inquiries.let_leave",
    "inquiries.make_ready",
)
