"""The settings of a process: read once from the environment, immutable, passed down."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from setting_names import NEW_NAMES, BadSettings, old_names_in, with_new_names
from setting_types import (
    ADDRESS_PATTERN,
    SENDER_PATTERN,
    AlertUrls,
    AuthoritiesFile,
    DocumentsFile,
    Names,
    Networks,
    Origin,
    PostgresUrl,
    RedisUrl,
)


class Settings(BaseSettings):
    """The configuration of one process. Environment variables have the same names in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Literal["development", "production", "test"] = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: Origin | None = Field(
        default=None, description="The URL at which clients reach the app."
    )
    probe_url: Origin | None = Field(
        default=None,
        description="The URL for health checks, if PUBLIC_URL cannot be reached from here.",
    )
    probe_ca_file: AuthoritiesFile | None = Field(
        default=None,
        description="A PEM file of further certificate authorities that health checks trust.",
    )
    trusted_proxies: Networks = Field(
        default="127.0.0.1",
        description="Proxies whose X-Forwarded-For is trusted: addresses and networks.",
    )
    allowed_origins: Names = Field(default=(), description="Further origins that may use the API.")
    drain_seconds: float = Field(
        default=3.0,
        ge=0,
        le=600,
        description="Time from SIGTERM, when /readyz turns to 503, to the end of the listener.",
    )

    data_dir: Path = Path(".data")
    database_url: PostgresUrl | None = Field(
        default=None, description="Unset: an embedded PostgreSQL."
    )
    redis_url: RedisUrl | None = Field(default=None, description="Unset: an embedded Valkey.")
    database_pool_size: int = Field(default=10, ge=1, le=200)
    database_timeout_seconds: float = Field(default=5.0, gt=0)

    admin_email: str = Field(default="admin@wedsync.app", pattern=f"^{ADDRESS_PATTERN}$")
    admin_password: SecretStr | None = None
    session_days: int = Field(default=14, ge=1, le=365)
    secret_key: SecretStr | None = Field(
        default=None, description="Signs readiness tokens and links."
    )
    consent_grace_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="How long an account may go on without accepting terms and privacy.",
    )
    sign_ups_per_hour: int = Field(
        default=20, ge=1, le=1_000_000, description="The most accounts that one address may create."
    )

    smtp_url: SecretStr | None = Field(default=None, description="smtp://user:pass@host:port")
    mail_from: str = Field(
        default="WedSync Launch <launch@wedsync.app>",
        pattern=SENDER_PATTERN,
        description="The sender of e-mails: Name <address>, or an address.",
    )

    operation_timeout_seconds: float = Field(
        default=10.0, gt=0, description="A query or mutation is cancelled after this time."
    )

    # A point is about 50 µs of one core: at these rates no caller occupies a core for long.
    cost_bucket_size: int = Field(
        default=200_000,
        ge=10_000,
        description="The most points of `Query.rateLimit` that a caller can spend at once.",
    )
    cost_restore_per_second: float = Field(
        default=20_000.0, gt=0, description="Points restored to a caller per second."
    )
    max_sockets_per_caller: int = Field(
        default=1_000,
        ge=1,
        description="The most open sockets of a person or address in a process.",
    )

    trusted_documents: DocumentsFile | None = Field(
        default=None, description="A JSON file of further trusted documents by their SHA-256."
    )
    trusted_documents_only: bool = Field(
        default=False,
        description="Execute only TRUSTED_DOCUMENTS and the documents of the app itself.",
    )

    flags_killed: Names = Field(
        default=(), description="Flag keys forced off before anything else is read; '*' is all."
    )
    backup_marker_file: Path | None = Field(
        default=None, description="A file that the backup job touches after each good backup."
    )
    health_interval_seconds: float = Field(default=30.0, gt=0)
    health_timeout_seconds: float = Field(default=5.0, gt=0)
    health_recheck_seconds: float = Field(default=10.0, ge=0)
    health_stale_after_seconds: float = Field(
        default=90.0, gt=0, description="This time without a health check is an incident."
    )
    heartbeats: str = Field(
        default="",
        pattern=r"^\s*([a-z][a-z0-9_]{1,62}=\d{1,5}[smhd](\s+|$))*$",
        description="Expected heartbeats with their interval: nightly_backup=26h exports=10m.",
    )
    assistance_capacity: int = Field(
        default=20,
        ge=0,
        description="The number of open requests for help that holds a ramp; 0: never.",
    )
    watchdog_pauses_phases: bool = Field(
        default=False, description="Pause active phases while nobody checks health."
    )

    metrics_interval_seconds: float = Field(
        default=10.0,
        gt=0,
        le=10,  # success criteria look at windows of as little as ten seconds
        description="The interval at which a process stores its counters.",
    )
    metrics_public: bool = Field(
        default=False,
        description="Allow everybody to read /metrics, not only this machine and tokens.",
    )
    metrics_dir: Path | None = Field(
        default=None,
        description="The folder in which processes share /metrics. `serve --workers` sets it.",
    )
    worker_host: str = Field(
        default="127.0.0.1", description="The address on which WORKER_PORT listens."
    )
    worker_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="/healthz, /readyz and /metrics of a worker. Unset: none; 0: any free one.",
    )

    alert_urls: AlertUrls = Field(
        default=(),
        description="Apprise URLs of alert channels. critical+URL: CRITICAL alerts only; "
        "after5m+URL: those that stay unacknowledged for so long.",
    )
    support_urls: AlertUrls = Field(
        default=(), description="Apprise URLs for requests for help. Unset: ALERT_URLS."
    )
    alert_reminder_seconds: float = Field(default=900.0, gt=0)
    alert_retry_seconds: float = Field(
        default=300.0, gt=0, description="How long a message is retried on a failing channel."
    )

    webhook_plain_http: bool = Field(default=False, description="Allow webhooks without TLS.")
    webhook_private_addresses: bool = Field(
        default=False, description="Allow webhooks to private addresses."
    )
    webhook_deliveries_kept_days: int = Field(
        default=30,
        ge=7,
        le=3_650,
        description="How long deliveries that are done are kept. Retries take 28 hours.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] | None = Field(
        default=None, description="Unset: json in production, else text."
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, description="The OTLP endpoint for traces (HTTP). Unset: no tracing."
    )
    otel_service_name: str = "wedsync-launch"
    fast_paths: bool = Field(default=True, description="Off: queries are answered without plans.")
    graphiql: bool | None = Field(default=None, description="Unset: on in development only.")

    old_names: tuple[str, ...] = Field(
        default=(), description="Set by the program: deprecated names that the environment uses."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual sources, with old names replaced; raises BadSettings."""
        assert isinstance(env_settings, EnvSettingsSource)
        assert isinstance(dotenv_settings, EnvSettingsSource)
        old_names = old_names_in({**dotenv_settings.env_vars, **env_settings.env_vars})
        for source in (env_settings, dotenv_settings):
            source.env_vars = with_new_names(source.env_vars)
        note = InitSettingsSource(settings_cls, {"old_names": old_names})
        return note, init_settings, env_settings, dotenv_settings, file_secret_settings

    @model_validator(mode="wrap")
    @classmethod
    def _name_bad_variables(
        cls, values: dict[str, Any], handler: ValidatorFunctionWrapHandler
    ) -> "Settings":
        """Raise BadSettings with the names that the operator has set."""
        try:
            return cast("Settings", handler(values))
        except ValidationError as error:
            names = {NEW_NAMES[old]: old for old in values["old_names"]}
            lines = [
                f"  {names.get(name, name).upper()}: {issue['msg']}"
                for issue in error.errors()
                for name in [".".join(str(part) for part in issue["loc"])]
            ]
            raise BadSettings("These settings are not usable:\n" + "\n".join(lines)) from None

    @property
    def logs_json(self) -> bool:
        """True if logs are JSON."""
        if self.log_format is None:
            return self.environment == "production"
        return self.log_format == "json"

    @cached_property
    def signing_key(self) -> bytes:
        """Signs tokens and links. Without SECRET_KEY it derives from DATABASE_URL."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return hashlib.sha256(f"readiness:{self.database_url}".encode()).digest()

    @cached_property
    def base_url(self) -> str:
        """The public URL of the app, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def probed_url(self) -> str:
        """The URL that health checks use, without a trailing slash."""
        return (self.probe_url or self.base_url).rstrip("/")


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - pydantic checks them
    """Read the settings; raises BadSettings with every bad variable named at once."""
    return Settings(**overrides)
