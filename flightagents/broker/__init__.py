"""Kafka beside Faust: wait for it, make our topics or refuse those that stand otherwise, and look on."""

from flightagents.broker.lookout import Lookout
from flightagents.broker.publisher import PATIENCE, CommandPublisher
from flightagents.broker.reaching import wait_until_ready
from flightagents.broker.renewal import TopicAdmin
from flightagents.broker.topics import TopicPlan, TopicsFound, group_members, look_at_topics, make_topics

__all__ = [
    "PATIENCE",
    "CommandPublisher",
    "Lookout",
    "TopicAdmin",
    "TopicPlan",
    "TopicsFound",
    "group_members",
    "look_at_topics",
    "make_topics",
    "wait_until_ready",
]
