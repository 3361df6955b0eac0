"""A function that uses what many functions use: see rehearse() in bootstrap.py."""

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import hashlib
import hmac
import http.client
import itertools
import random
import re
import secrets
import ssl
import subprocess
import tempfile
import threading
import typing
import urllib.parse
import urllib.request
import uuid


def handler(event, context):
    random.random()
    hashlib.sha256(secrets.token_bytes(8)).hexdigest()
    return {"event": event, "at": datetime.datetime.now().isoformat(), "left": context.get_remaining_time_in_millis()}
