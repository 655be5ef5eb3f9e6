#!/usr/bin/env python3
"""What the vendors' own SDKs send for one message, as tests/data/gateways/requests.jsonl.

    python3 -m venv v && v/bin/pip install twilio==9.13.0 telnyx==4.189.0 plivo==4.63.0 sinch==2.3.0 \
        vonage==4.9.1 infobip-api-python-client==6.0.0 messagebird-sdk==0.106.0 brevo-python==5.1.0 ovh==1.2.0
    v/bin/python tests/oracles/gateway_requests.py [twilio_api_v2010.json] > tests/data/gateways/requests.jsonl

No request leaves: the transport under each SDK is replaced. With Twilio's description (github.com/twilio/twilio-oai,
spec/json) the form is also held against its schema; without jsonschema or the file, that is left out.
"""
import datetime
import json
import sys
import time
import urllib.parse
from importlib.metadata import version

import httpx
import requests
import urllib3

TO, FROM, REF = "+33612345678", "+33757000000", "0123456789abcdef0123456789abcdef"
TEXT = "Maison Lune : -40 % jusqu'à 21 h & plus ! « ê » 🙂\nSTOP au 36123 +1=2"
HOOK = f"https://shop.example/hook?a=1&optin={REF}"
VALID, NOW = 270, 1_800_000_000
ENDS = datetime.datetime.fromtimestamp(NOW + 300, datetime.timezone.utc)
time.time = lambda: NOW
caught = []


def catch(method, url, headers, body):
    headers = {str(k).lower(): v if isinstance(v, str) else v.decode() for k, v in dict(headers).items()}
    caught.append((method, url, headers, body.decode() if isinstance(body, bytes) else body))


def by_requests(self, prepared, **_):
    catch(prepared.method, prepared.url, prepared.headers, prepared.body)
    answer = requests.Response()
    answer.status_code, answer._content, answer.request, answer.url = 202, ANSWER.encode(), prepared, prepared.url
    answer.headers["content-type"] = "application/json"
    return answer


def by_httpx(self, request, **_):
    catch(request.method, str(request.url), request.headers, request.read())
    return httpx.Response(200, content=ANSWER.encode(), headers={"content-type": "application/json"}, request=request)


def by_urllib3(self, method, url, **kw):
    catch(method, url, kw.get("headers") or {}, kw.get("body"))
    raise SystemError


requests.Session.send, httpx.Client.send, urllib3.PoolManager.request = by_requests, by_httpx, by_urllib3
ANSWER = "{}"


def twilio():
    from twilio.rest import Client
    Client("AC0123456789abcdef0123456789abcdef", "secret").messages.create(
        to=TO, from_=FROM, body=TEXT, validity_period=VALID, status_callback=HOOK)


def vonage():
    from vonage import Auth, Vonage
    from vonage_messages import Sms
    Vonage(Auth(api_key="key0", api_secret="secret")).messages.send(
        Sms(to=TO[1:], from_=FROM[1:], text=TEXT, ttl=VALID, client_ref=REF, webhook_url=HOOK))


def telnyx():
    from telnyx import Telnyx
    Telnyx(api_key="secret").messages.send(to=TO, from_=FROM, text=TEXT, type="SMS", webhook_url=HOOK,
                                           extra_headers={"Idempotency-Key": REF})


def sinch():
    from sinch import SinchClient
    SinchClient(service_plan_id="plan0", sms_api_token="secret", sms_region="us").sms.batches.send_sms(
        to=[TO[1:]], from_=FROM[1:], body=TEXT, delivery_report="per_recipient", expire_at=ENDS,
        client_reference=REF, event_destination_target=HOOK)


def infobip():
    from infobip_api_client import ApiClient, Configuration, SmsApi, SmsRequest
    request = SmsRequest.from_dict({"messages": [{
        "sender": FROM[1:], "destinations": [{"to": TO[1:], "messageId": REF}], "content": {"text": TEXT},
        "options": {"validityPeriod": {"amount": VALID, "timeUnit": "SECONDS"}},
        "webhooks": {"delivery": {"url": HOOK}}}]})
    conf = Configuration(host="https://api.infobip.com", api_key={"APIKeyHeader": "secret"},
                         api_key_prefix={"APIKeyHeader": "App"})
    SmsApi(ApiClient(conf)).send_sms_messages(sms_request=request)


def plivo():
    import plivo
    plivo.RestClient("MA0123456789ABCDEF00", "secret").messages.create(
        src=FROM, dst=TO, text=TEXT, url=HOOK, message_expiry=VALID)


def bird():
    from bird import Bird
    Bird(api_key="secret", base_url="https://eu1.platform.bird.com").sms.send(
        to=TO, from_=FROM, text=TEXT, category="service", metadata={"optin": REF}, options={"idempotency_key": REF})


def ovh():
    import ovh
    client = ovh.Client(endpoint="ovh-eu", application_key="app0", application_secret="secret", consumer_key="consumer0")
    client._time_delta = 0
    client.post("/sms/sms-ab12345-1/jobs", charset="UTF-8", message=TEXT, noStopClause=True, receivers=[TO],
                sender=FROM, senderForResponse=False, tag=REF, validityPeriod=4)


def brevo():
    from brevo import Brevo
    Brevo(api_key="secret").transactional_sms.send_async_transactional_sms(
        sender=FROM[1:], recipient=TO[1:], content=TEXT, type="transactional", tag=REF, unicode_enabled=True, web_url=HOOK)


PACKAGES = {"infobip": "infobip-api-python-client", "bird": "messagebird-sdk", "brevo": "brevo-python"}
KEPT = {"authorization", "idempotency-key", "api-key", "x-ovh-application", "x-ovh-consumer", "x-ovh-timestamp",
        "x-ovh-signature"}


def described(form, spec):
    """Holds a form against Twilio's description: every name known, every value of its type and within its pattern."""
    import jsonschema
    described = json.load(open(spec))
    path = described["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = dict(path["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"])
    schema["additionalProperties"] = False
    typed = {k: int(v) if schema["properties"].get(k, {}).get("type") == "integer" else v for k, v in form.items()}
    jsonschema.validate(typed, {**schema, "components": described["components"]})


for call in (twilio, vonage, telnyx, sinch, infobip, plivo, bird, ovh, brevo):
    caught.clear()
    try:
        call()
    except (Exception, SystemError) as error:  # the empty answer pleases no SDK; what was sent is already caught
        if not caught:
            raise error
    method, url, headers, body = caught[-1]
    parts = urllib.parse.urlsplit(url)
    name = call.__name__
    package = PACKAGES.get(name, name)
    line = {"gateway": name, "source": f"PyPI {package} {version(package)}", "method": method, "host": parts.netloc,
            "path": parts.path, "headers": {k: v for k, v in sorted(headers.items()) if k in KEPT}}
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        line["form"] = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        if name == "twilio" and len(sys.argv) > 1:
            described(line["form"], sys.argv[1])
            line["described"] = "twilio_api_v2010.json"
    else:
        line["json"] = json.loads(body)
    if name == "ovh":
        line["signed"] = {"url": url, "body": body}
    print(json.dumps(line, ensure_ascii=False, sort_keys=True))
