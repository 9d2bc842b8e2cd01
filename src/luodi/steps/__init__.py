"""The seven steps: their order, what each reads, and whose code decides its outcome."""

from luodi.contracts import Step

STEPS = (
    Step(name="define", module="s1_define", always=True),
    Step(name="prepare", module="s2_prepare", needs=("define",), runs=("task",)),
    Step(name="select", module="s3_select", needs=("prepare", "define"), runs=("task", "models")),
    Step(name="pretrain", module="s4_pretrain", needs=("select", "prepare"), runs=("models",)),
    Step(name="finetune", module="s5_finetune", needs=("pretrain", "select", "prepare"), runs=("models",)),
    Step(
        name="evaluate",
        module="s6_evaluate",
        needs=("finetune", "select", "prepare", "define"),
        runs=("task", "models"),
    ),
    Step(name="deploy", module="s7_deploy", needs=("evaluate", "prepare", "define"), runs=("task",)),
)
