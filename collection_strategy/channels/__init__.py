from . import channel
from . import channel_email
from . import channel_sms
from . import channel_letter
from . import channel_people
from . import channel_sandbox
