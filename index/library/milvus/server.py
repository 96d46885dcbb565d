"""Server: the calls that a library makes to Milvus, each within a time limit, repeated where that can help.

The only importer of pymilvus, which takes a second to import.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import grpc
from pymilvus import DataType, MilvusClient, MilvusException
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from index.endpoints import ServerAddress
from index.errors import VectorServerRefused, VectorServerUnavailable
from index.library.milvus.calls import Field, FoundRow, Row, SearchRequest, TimeLimits

# It logs a traceback of its own for every error that it raises as well, an alias that is not there included.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

ResultT = TypeVar("ResultT")

_BATCH = 500
"""Rows that are written at once: about a megabyte of passages."""
_TRANSIENT_STATUS = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
_TRANSIENT_CODES = {2, 4, 8, 103, 500, 503, 901, 902, 903, 904}
"""Milvus's codes for what passes: not ready, too many requests, still loading, a node or a channel on the move."""
_NOT_LOADED = 101
_NOT_FOUND = 100
_GRAPH = {"M": 16, "efConstruction": 200}
"""Milvus's graph: links of a passage, and candidates for them when it is added."""


class _Transient(Exception):
    """A failure that another try may not meet."""


class Server:
    """One database on a Milvus server. Connects when first asked. Safe to use from several threads.

    Every method raises VectorServerUnavailable if the server cannot be reached in time, and VectorServerRefused if it
    does not want to do what it is asked.
    """

    def __init__(self, address: ServerAddress, limits: TimeLimits | None = None) -> None:
        self.address = address
        self._limits = limits or TimeLimits()
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None

    def ensure_database(self) -> None:
        """Create the database that the address names, if it is not there."""
        wanted = self.address.database

        def create(timeout: float) -> None:
            client = self._connect("")
            if wanted not in client.list_databases(timeout=timeout):
                client.create_database(wanted, timeout=timeout)

        if wanted:
            self._build(create)

    def alias_target(self, alias: str) -> str | None:
        """Return the collection that an alias points at; None if there is no such alias (or database)."""
        try:
            described = self._ask(lambda client, timeout: client.describe_alias(alias, timeout=timeout))
        except VectorServerRefused as error:
            if error.code in (_NOT_FOUND, 800, 1600) or "does not exist" in str(error) or "not found" in str(error):
                return None
            raise
        target: str = described["collection_name"]
        return target

    def point_alias(self, alias: str, collection: str) -> None:
        """Have the alias point at the collection, in one step."""
        old = self.alias_target(alias)
        if old is None:
            self._build(lambda timeout: self._connected().create_alias(collection, alias, timeout=timeout))
        elif old != collection:
            self._build(lambda timeout: self._connected().alter_alias(collection, alias, timeout=timeout))

    def collections(self) -> list[str]:
        """Return the names of all collections in the database."""
        names: list[str] = self._ask(lambda client, timeout: client.list_collections(timeout=timeout))
        return sorted(names)

    def field_names(self, collection: str) -> list[str]:
        """Return the names of a collection's columns; none if it is not there."""
        try:
            described = self._ask(lambda client, timeout: client.describe_collection(collection, timeout=timeout))
        except VectorServerRefused as error:
            if error.code == _NOT_FOUND:
                return []
            raise
        return [field["name"] for field in described["fields"]]

    def create(self, collection: str, fields: Sequence[Field]) -> None:
        """Make an empty collection, ready to be written to and searched."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        indexes = MilvusClient.prepare_index_params()
        for field in fields:
            kind, options = _column(field)
            schema.add_field(field.name, kind, **options)
            if field.kind == "vector":
                indexes.add_index(field.name, index_type="HNSW", metric_type="IP", params=_GRAPH)
            elif field.kind == "weights":
                indexes.add_index(field.name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            elif field.is_indexed:
                indexes.add_index(field.name, index_type="INVERTED")

        def create(timeout: float) -> None:
            client = self._connected()
            client.create_collection(collection, schema=schema, consistency_level="Bounded", timeout=timeout)
            # one after the other and waited for, empty indexes take half a second each
            client.create_index(collection, indexes, timeout=timeout, sync=False)
            client.load_collection(collection, timeout=timeout)

        self._build(create)

    def drop(self, collection: str) -> None:
        """Remove a collection, if there is one."""
        self._build(lambda timeout: self._connected().drop_collection(collection, timeout=timeout))

    def write(self, collection: str, rows: Iterable[Row]) -> int:
        """Write rows, each in the place of the one with its id, and return how many. Writing the same again changes
        nothing."""
        written = 0
        for batch in _batched(rows):
            self._build(
                lambda timeout, batch=batch: self._connected().upsert(  # type: ignore[misc]
                    collection, list(batch), timeout=timeout
                ),
                collection,
            )
            written += len(batch)
        return written

    def delete(self, collection: str, filter: str) -> None:
        """Delete the rows that the expression is true of."""
        self._build(lambda timeout: self._connected().delete(collection, filter=filter, timeout=timeout), collection)

    def settle(self, collection: str) -> None:
        """Have the server seal and index everything written by now: worth it when much was written."""
        self._build(lambda timeout: self._connected().flush(collection, timeout=timeout), collection)

    def rows(
        self,
        collection: str,
        filter: str,
        fields: Sequence[str],
        *,
        most: int | None = None,
        is_strict: bool = False,
    ) -> list[Row]:
        """Return these columns, and `id`, of the rows that the expression is true of, in no order; `*` for all columns.

        At most so many, if `most` is given. `is_strict` waits for everything that was written by anyone until now.
        """
        level = "Strong" if is_strict else "Bounded"
        limits = {} if most is None else {"limit": most}
        call = self._ask_at_length if is_strict else self._ask
        found = call(
            lambda client, timeout: client.query(
                collection,
                filter=filter,
                output_fields=list(fields),
                consistency_level=level,
                timeout=timeout,
                **limits,
            ),
            collection,
        )
        return [dict(row) for row in found]

    def count(self, collection: str, filter: str) -> int:
        """Return how many rows the expression is true of, everything that was written by now included."""
        return int(self.rows(collection, filter, ["count(*)"], is_strict=True)[0]["count(*)"])

    def search(
        self, collection: str, column: str, vectors: Sequence[Any], request: SearchRequest
    ) -> list[list[FoundRow]]:
        """Return for each vector the rows with the highest inner product, best first. Sparse ones are {dimension:
        weight}."""
        params = {} if request.candidates is None else {"ef": max(request.candidates, request.limit)}
        found = self._ask(
            lambda client, timeout: client.search(
                collection,
                data=list(vectors),
                anns_field=column,
                filter=request.filter,
                limit=request.limit,
                output_fields=list(request.fields),
                search_params={"params": params},
                consistency_level="Strong" if request.is_strict else "Bounded",
                timeout=timeout,
            ),
            collection,
        )
        return [
            [FoundRow(int(hit["id"]), float(hit["distance"]), dict(hit["entity"])) for hit in hits] for hits in found
        ]

    def _ask(self, call: Callable[[MilvusClient, float], ResultT], collection: str | None = None) -> ResultT:
        limits = self._limits
        return self._tried(lambda: call(self._connected(), limits.asking), limits.asking_in_all, collection)

    def _ask_at_length(self, call: Callable[[MilvusClient, float], ResultT], collection: str | None = None) -> ResultT:
        return self._build(lambda timeout: call(self._connected(), timeout), collection)

    def _build(self, call: Callable[[float], ResultT], collection: str | None = None) -> ResultT:
        limits = self._limits
        return self._tried(lambda: call(limits.building), limits.building_in_all, collection)

    def _tried(self, call: Callable[[], ResultT], seconds: float, collection: str | None) -> ResultT:
        """Return the call's result, tried again with growing pauses while its failure may pass."""
        tries = Retrying(
            retry=retry_if_exception_type(_Transient),
            wait=wait_exponential_jitter(multiplier=0.05, max=2.0, jitter=0.05),
            stop=stop_after_delay(seconds),
            reraise=True,
        )
        try:
            result: ResultT = tries(self._once, call, collection)
            return result
        except _Transient as error:
            raise VectorServerUnavailable(
                f"The vector server at {self.address} cannot be reached, or is not ready ({error}). Start it or see "
                "its log; if it is elsewhere, set VECTOR_URL. Until then no question can be answered; nothing is lost."
            ) from error

    def _once(self, call: Callable[[], ResultT], collection: str | None) -> ResultT:
        try:
            return call()
        except (MilvusException, grpc.RpcError) as error:
            code = error.code() if isinstance(error, grpc.RpcError) else error.code
            words = _first_line(error)
            if code == _NOT_LOADED or "not loaded" in words:  # somebody released it, or the server was restarted
                self._load(collection)
                raise _Transient(words) from error
            if (
                code in _TRANSIENT_STATUS
                or code in _TRANSIENT_CODES
                or "not ready" in words
                or "Retry timeout" in words
            ):
                raise _Transient(words) from error
            raise VectorServerRefused(
                f"The vector server at {self.address} refused: {words}", code if isinstance(code, int) else 0
            ) from error
        except ValueError as error:
            if "closed channel" not in str(error):  # another thread found the server away, and connects again
                raise
            raise _Transient(_first_line(error)) from error

    def _load(self, collection: str | None) -> None:
        if collection is not None:
            timeout = self._limits.building
            try:
                self._connected().load_collection(collection, timeout=timeout)
            except (MilvusException, grpc.RpcError) as error:
                raise VectorServerRefused(
                    f"{collection} on {self.address} cannot be loaded: {_first_line(error)}"
                ) from error

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                self._client = self._connect(self.address.database or "")
            return self._client

    def _connect(self, database: str) -> MilvusClient:
        """Return a client, which connects again by itself; while it does, with this time limit, all its callers
        wait."""
        address, timeout = self.address, self._limits.connecting
        return MilvusClient(
            uri=address.uri, user=address.user, password=address.password, db_name=database, timeout=timeout
        )


def _batched(rows: Iterable[Row]) -> Iterable[Sequence[Row]]:
    """Yield the rows, as many at once as one call may carry."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _column(field: Field) -> tuple[DataType, Mapping[str, Any]]:
    columns: dict[str, tuple[DataType, Mapping[str, Any]]] = {
        "key": (DataType.INT64, {"is_primary": True}),
        "integer": (DataType.INT64, {}),
        "truth": (DataType.BOOL, {}),
        "text": (DataType.VARCHAR, {"max_length": 65_535}),
        "integers": (DataType.ARRAY, {"element_type": DataType.INT64, "max_capacity": 4096}),
        "vector": (DataType.FLOAT_VECTOR, {"dim": field.dimension}),
        "weights": (DataType.SPARSE_FLOAT_VECTOR, {}),
    }
    return columns[field.kind]


def _first_line(error: Exception) -> str:
    words = error.message if isinstance(error, MilvusException) else str(error)
    if isinstance(error, grpc.Call):  # its own words begin with the name of its class
        words = error.details()
    return (str(words or "").splitlines() or [type(error).__name__])[0]
