"""What the platform says about itself: a trace id per request and job, counters, spans."""

from contextvars import ContextVar
from uuid import uuid4

from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from renkei import __version__
from renkei.plugins import need_extra
from renkei.settings import Settings

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "renkei_requests", "Answered requests", ["method", "route", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "renkei_request_seconds", "Seconds until the last byte", ["route"], registry=REGISTRY
)
JOB_RUNS = Counter("renkei_jobs", "Ended job runs", ["job", "state"], registry=REGISTRY)
JOB_SECONDS = Histogram("renkei_job_seconds", "Seconds a job ran", ["job"], registry=REGISTRY)
STREAMS = Gauge("renkei_streams", "Open event streams", registry=REGISTRY)

TRACER = trace.get_tracer("renkei", __version__)
_trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)


def new_trace_id() -> str:
    """Return the id of the current span, or a fresh one of the same shape."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else uuid4().hex


def trace_id() -> str | None:
    """Return the id under which this request or job is logged."""
    return _trace_id.get()


def follow(identifier: str | None) -> None:
    """Log what comes next in this request or job under `identifier`."""
    _trace_id.set(identifier)


def exposition() -> bytes:
    """Return the counters in the text format of Prometheus."""
    return generate_latest(REGISTRY)


def configure(settings: Settings) -> None:
    """Send spans to the collector that the settings name.

    Raises:
        MissingExtraError: The exporter is not installed.
    """
    if settings.otlp_endpoint is None:
        return
    module = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    need_extra("otlp", module)
    from importlib import import_module

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "renkei"}))
    exporter = import_module(module).OTLPSpanExporter(endpoint=settings.otlp_endpoint)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
