"""Machine code of kernels on disk: kept after compiling, loaded by LLVM alone, called with the lock released.

A file holds what one kernel became for one form of arguments. Its name is a digest of all that the code depends on: the
processor and what it can, the versions of Numba and LLVM, the source. Only code that calls nothing outside itself is
kept. An empty file says that a kernel cannot be kept; that, a damaged file and another system than Linux mean the
ordinary way.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from klantreis.events.kernels.compiling import Kernel

#: What the code may call: the C library's, and instructions that LLVM writes out; and what never happens to arrays
#: that come without an owner, as ours do.
_OWNERLESS = "NRT_MemInfo_call_dtor"
_KNOWN = ("memcpy", "memset", "memmove", _OWNERLESS)
_WRITTEN_OUT = (
    *("smin", "smax", "umin", "umax", "abs", "ctpop", "ctlz", "cttz", "fshl", "fshr", "bswap", "assume", "lifetime"),
    *("mem", "masked", "vector.reduce", "experimental.noalias", "x86", "sadd", "uadd", "ssub", "usub", "usub.sat"),
)
_RESULTS: dict[str, Callable[[], Any]] = {
    "none": ctypes.c_void_p,
    "int64": ctypes.c_int64,
    "float64": ctypes.c_double,
    "UniTuple(int64 x 2)": ctypes.c_int64 * 2,
}
#: What a kernel that came to its end says; anything else is an error, which no kernel raises.
_DONE = (0, -2)


def kept(kernel: Kernel, form: str, given: tuple[Any, ...]) -> Callable[..., Any] | None:
    """The machine code of a kernel for arguments of a form; compiled now when it is not on disk; None: not kept."""
    if sys.platform != "linux":
        return None
    try:
        folder = _folder(Path(kernel.function.__code__.co_filename))
        if folder is None:
            return None
        file = folder / f"{kernel.function.__module__}.{kernel.function.__name__}-{_digest(kernel, form)}.code"
        found = _read(file)
        if found is None:
            found = _compiled(kernel, given)
            _replace(file, found)
        return _callable(found, form) if found else None
    except (OSError, ImportError, AttributeError, TypeError, ValueError, RuntimeError, metadata.PackageNotFoundError):
        return None  # another version of Numba or LLVM, a full disk: the ordinary way says it if something is wrong


def _folder(source: Path) -> Path | None:
    """Where machine code is kept: as Numba, beside the source or in the user's cache; None where nothing is safe."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    named = os.environ.get("NUMBA_CACHE_DIR")
    for folder in [Path(named)] if named else [source.parent / "__pycache__", Path(home) / "klantreis"]:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            told = folder.stat()
        except OSError:
            continue
        if os.access(folder, os.W_OK) and told.st_uid == os.getuid() and not told.st_mode & 0o002:
            return folder
    return None


def _digest(kernel: Kernel, form: str) -> str:
    digest = hashlib.blake2b("\n".join((*_machine(), form)).encode(), digest_size=12)
    for source in kernel.sources:
        digest.update(_file_digest(source) if source.endswith(".py") else source.encode())
    return digest.hexdigest()


@cache
def _file_digest(file: str) -> bytes:
    return hashlib.blake2b(Path(file).read_bytes(), digest_size=16).digest()


@cache
def _machine() -> tuple[str, ...]:
    import llvmlite.binding as llvm

    versions = [f"{name} {metadata.version(name)}" for name in ("numba", "llvmlite")]
    return (*versions, llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())


def _compiled(kernel: Kernel, given: tuple[Any, ...]) -> bytes:
    """Compile; the name, the kind of result and the code, or nothing when the code does not stand by itself."""
    compiler, registry, lock = (
        import_module(f"numba.core.{name}") for name in ("compiler", "registry", "compiler_lock")
    )
    typeof = import_module("numba").typeof
    ordinary: Any = kernel.ordinary  # now Numba knows kernels that a kernel calls
    flags = compiler.Flags()
    flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.nrt = True
    target = registry.cpu_target
    with lock.global_compiler_lock:
        target.typing_context.refresh()
        target.target_context.refresh()
        made = compiler.compile_extra(
            target.typing_context,
            target.target_context,
            ordinary.py_func,
            tuple(typeof(value) for value in given),
            None,
            flags,
            {},
        )
        made.library._ensure_finalized()
        module = made.library._final_module
        called = {function.name for function in module.functions if function.is_declaration}
        result = str(made.signature.return_type)
        if result not in _RESULTS or not all(_stands(name) for name in called):
            return b""
        code: bytes = made.library._codegen._tm.emit_object(module)
    return f"{made.fndesc.llvm_func_name}\n{result}\n".encode() + code


def _stands(called: str) -> bool:
    return called in _KNOWN or (called.removeprefix("llvm.").startswith(_WRITTEN_OUT) and called.startswith("llvm."))


def _replace(file: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, after a digest of it."""
    draft, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(draft, "wb") as stream:
        stream.write(hashlib.blake2b(content, digest_size=16).digest() + content if content else b"")
    os.replace(name, file)


def _read(file: Path) -> bytes | None:
    """What was kept; nothing when that cannot be; None when it is not there or damaged."""
    whole = file.read_bytes() if file.exists() else b"?"
    return whole[16:] if not whole or hashlib.blake2b(whole[16:], digest_size=16).digest() == whole[:16] else None


@cache
def _engine() -> Any:
    """LLVM, with nothing in it but an end for arrays' owners, of which there are none."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        jit=True, cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten()
    )
    backing = llvm.parse_assembly(f"define void @{_OWNERLESS}(i8* %owner) {{ ret void }}")
    return llvm.create_mcjit_compiler(backing, machine)


def _callable(kept_code: bytes, form: str) -> Callable[..., Any]:
    import llvmlite.binding as llvm

    name, result, code = kept_code.split(b"\n", 2)
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    kinds: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
    for part in form.split("-"):
        if part in ("n", "x"):
            kinds.append(ctypes.c_int64 if part == "n" else ctypes.c_double)
        else:  # owner, parent, number of elements, bytes of each, address, then lengths and strides by dimension
            kinds += (
                [ctypes.c_void_p] * 2 + [ctypes.c_int64] * 2 + [ctypes.c_void_p] + [ctypes.c_int64] * 2 * int(part[1])
            )
    address = engine.get_function_address(name.decode())
    if not address:
        raise RuntimeError(f"{name.decode()} is not in its machine code")
    return partial(_call, ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(address), _RESULTS[result.decode()], name.decode())


def _call(function: Any, result: Callable[[], Any], name: str, *given: Any) -> Any:
    out, why = result(), ctypes.c_void_p()
    flat: list[Any] = []
    for value in given:
        if isinstance(value, np.ndarray):
            flat += (None, None, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
        else:
            flat.append(value)
    status = function(ctypes.addressof(out), ctypes.addressof(why), *flat)
    if status not in _DONE:
        raise RuntimeError(f"The kernel {name} failed.")
    if result is ctypes.c_void_p:
        return None
    return tuple(out) if isinstance(out, ctypes.Array) else out.value
