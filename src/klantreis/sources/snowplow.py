"""Snowplow's enriched events: lines of 131 fields without a header, in the order that Snowplow fixed.

Customer: ``user_id``, or else the cookie ``domain_userid``. Times are in UTC; ``derived_tstamp`` is corrected for the
clock of the device. Structured events are called by category and action, self-describing ones by their name.
"""

from __future__ import annotations

import json
from typing import Any

from klantreis.sources.json_reading import too_deep
from klantreis.sources.limits import beyond
from klantreis.sources.opening import lines_of, opened
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, text_at, utc

FIELDS = (
    "app_id",
    "platform",
    "etl_tstamp",
    "collector_tstamp",
    "dvce_created_tstamp",
    "event",
    "event_id",
    "txn_id",
    "name_tracker",
    "v_tracker",
    "v_collector",
    "v_etl",
    "user_id",
    "user_ipaddress",
    "user_fingerprint",
    "domain_userid",
    "domain_sessionidx",
    "network_userid",
    "geo_country",
    "geo_region",
    "geo_city",
    "geo_zipcode",
    "geo_latitude",
    "geo_longitude",
    "geo_region_name",
    "ip_isp",
    "ip_organization",
    "ip_domain",
    "ip_netspeed",
    "page_url",
    "page_title",
    "page_referrer",
    "page_urlscheme",
    "page_urlhost",
    "page_urlport",
    "page_urlpath",
    "page_urlquery",
    "page_urlfragment",
    "refr_urlscheme",
    "refr_urlhost",
    "refr_urlport",
    "refr_urlpath",
    "refr_urlquery",
    "refr_urlfragment",
    "refr_medium",
    "refr_source",
    "refr_term",
    "mkt_medium",
    "mkt_source",
    "mkt_term",
    "mkt_content",
    "mkt_campaign",
    "contexts",
    "se_category",
    "se_action",
    "se_label",
    "se_property",
    "se_value",
    "unstruct_event",
    "tr_orderid",
    "tr_affiliation",
    "tr_total",
    "tr_tax",
    "tr_shipping",
    "tr_city",
    "tr_state",
    "tr_country",
    "ti_orderid",
    "ti_sku",
    "ti_name",
    "ti_category",
    "ti_price",
    "ti_quantity",
    "pp_xoffset_min",
    "pp_xoffset_max",
    "pp_yoffset_min",
    "pp_yoffset_max",
    "useragent",
    "br_name",
    "br_family",
    "br_version",
    "br_type",
    "br_renderengine",
    "br_lang",
    "br_features_pdf",
    "br_features_flash",
    "br_features_java",
    "br_features_director",
    "br_features_quicktime",
    "br_features_realplayer",
    "br_features_windowsmedia",
    "br_features_gears",
    "br_features_silverlight",
    "br_cookies",
    "br_colordepth",
    "br_viewwidth",
    "br_viewheight",
    "os_name",
    "os_family",
    "os_manufacturer",
    "os_timezone",
    "dvce_type",
    "dvce_ismobile",
    "dvce_screenwidth",
    "dvce_screenheight",
    "doc_charset",
    "doc_width",
    "doc_height",
    "tr_currency",
    "tr_total_base",
    "tr_tax_base",
    "tr_shipping_base",
    "ti_currency",
    "ti_price_base",
    "base_currency",
    "geo_timezone",
    "mkt_clickid",
    "mkt_network",
    "etl_tags",
    "dvce_sent_tstamp",
    "refr_domain_userid",
    "refr_dvce_tstamp",
    "derived_contexts",
    "domain_sessionid",
    "derived_tstamp",
    "event_vendor",
    "event_name",
    "event_format",
    "event_version",
    "event_fingerprint",
    "true_tstamp",
)
_JSON = ("contexts", "unstruct_event", "derived_contexts")


def looks_enriched(raw: bytes) -> bool:
    """Whether the first line has the fields, and an event's id where it should be."""
    fields = raw.partition(b"\n")[0].split(b"\t")
    return len(fields) == len(FIELDS) and len(fields[6]) == 36 and fields[6].count(b"-") == 4


def snowplow_rows(file: SourceFile) -> Rows:
    """The events of a file."""
    with opened(file.path, file.limits) as stream:
        for number, raw in lines_of(stream, file.path, file.limits):
            line = raw.rstrip(b"\r\n")
            if not line:
                continue
            fields = line.split(b"\t")
            try:
                values: dict[str, Any] = {
                    name: field.decode("utf-8") for name, field in zip(FIELDS, fields, strict=True) if field
                }
                for name in _JSON:
                    if name in values:
                        values[name] = json.loads(values[name])
            except ValueError:  # fields missing, no UTF-8, no JSON
                yield Malformed(number, line[:2000].decode("utf-8", "replace"))
                continue
            except RecursionError:
                raise beyond(file.limits, "depth", file.path, place=f"line {number}") from None
            if any(too_deep(values[name], file.limits.depth) for name in _JSON if name in values):
                raise beyond(file.limits, "depth", file.path, place=f"line {number}")
            yield _row(number, values)


def _row(line: int, values: dict[str, Any]) -> Record:
    user, cookie = text_at(values, "user_id"), text_at(values, "domain_userid")
    return Record(
        line,
        values,
        customer=user or cookie or text_at(values, "network_userid"),
        time=utc(text_at(values, "true_tstamp", "derived_tstamp", "collector_tstamp")),
        touchpoint=_touchpoint(values),
        channel=text_at(values, "platform"),
        key=text_at(values, "event_id"),
        link=Link(cookie, user, "identify") if user and cookie and user != cookie else None,
    )


def _touchpoint(values: dict[str, Any]) -> str | None:
    if text_at(values, "event") == "struct":
        named = ": ".join(part for part in (text_at(values, "se_category"), text_at(values, "se_action")) if part)
        if named:
            return named
    return text_at(values, "event_name", "event")
