"""Fields about a launch as a file (A52; L27)."""

from typing import Annotated

import strawberry

from domain.actors import Scope
from domain.errors import LaunchError
from schema.context import Info
from schema.types.launch_files import LaunchFileInput, LaunchFilePlan
from services.phases import launch_files

File = Annotated[LaunchFileInput, strawberry.argument(description="The flags and phases.")]
Hash = Annotated[
    str,
    strawberry.argument(
        description="The hash from launchPlan; rejected with PLAN_DRIFT if the plan has changed."
    ),
]
Reason = Annotated[str | None, strawberry.argument(description="The reason, for the audit.")]


async def launch_plan(info: Info, file: File) -> LaunchFilePlan:
    """What applyLaunch would change with this file: applied and undone, so that it can be done."""
    context, channels = info.context, info.context.runtime.alerts.names
    try:
        launch_file = file.command()
        launch_files.check_rights(context.actor, launch_file, Scope.FLAGS_READ)
        plan = await launch_files.plan(context.db, context.actor, launch_file, channels)
    except LaunchError as error:
        return LaunchFilePlan.failed(error)
    return LaunchFilePlan.of(plan)


async def apply_launch(
    info: Info, file: File, plan_hash: Hash, reason: Reason = None
) -> LaunchFilePlan:
    """Create and change flags and phases as a file says, in one transaction."""
    context, launch_file = info.context, file.command()
    launch_files.check_rights(context.actor, launch_file, Scope.FLAGS_WRITE)
    async with context.db.write() as uow:
        applied = await launch_files.apply(
            uow,
            context.actor,
            launch_file,
            plan_hash,
            reason=reason,
            channels=context.runtime.alerts.names,
        )
    return LaunchFilePlan.of(applied)
