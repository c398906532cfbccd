"""The GraphQL documents of `launch phases`."""

_DIFF = """
  key before { enabled rolloutPercentage targetGroups }
  after { enabled rolloutPercentage targetGroups }
"""
_MOVED = "id key name status version currentStep { index percentage } nextStepAt"

LIST = """
query Phases {
  launchPhases {
    id key name status platforms plannedStartAt plannedEndAt startedAt endedAt
    steps { percentage } currentStep { index percentage } nextStepAt
    flags { flag { key enabled rolloutPercentage } }
  }
}
"""
FIND = "query Phase($key: String!) { launchPhase(key: $key) { id key name status version } }"
SHOW = """
query Show($key: String!) {
  launchPhase(key: $key) {
    id key name status startedAt endedAt steps { percentage holdSeconds requiresApproval }
    currentStep { index percentage } nextStepAt heldBy
    verification { summary verified }
    pause {
      author reason at
      actor {
        __typename ... on User { email } ... on ApiToken { name } ... on SystemActor { component }
      }
    }
    successCriteria {
      criterion { key action dryRun } verdict value samples consecutiveFailures evaluatedAt
      explanation
    }
    flags { flag { key enabled } target inForce ceiling ceilingBy isReleased }
  }
}
"""
PLAN = f"""
query Plan($id: ID!) {{
  activationPlan(phaseId: $id) {{
    phase {{ key name status steps {{ percentage }} }}
    hash plannedStartAt warnings
    changes {{ {_DIFF} }}
    exposure {{ userType vendorType before after afterAll }}
    losses {{ key before after people }}
    isEstimate
    conflicts
    readiness {{ verdict token checks {{ key title ok blocking detail }} }}
  }}
}}
"""
ACTIVATE = f"""
mutation Activate($input: ActivateLaunchPhaseInput!) {{
  activateLaunchPhase(input: $input) {{ phase {{ {_MOVED} }} errors {{ message }} }}
}}
"""
ROLL_BACK = f"""
mutation RollBack($input: RollbackLaunchPhaseInput!) {{
  rollbackLaunchPhase(input: $input) {{
    phase {{ {_MOVED} }}
    incident {{ number title }}
    restored {{ {_DIFF} }}
    conflicts
    propagation {{ version }}
    errors {{ message }}
  }}
}}
"""

_REHEARSAL = """
  id number
  rehearsal {
    status stage failure decidedBy explanation detectionSeconds decisionSeconds endedAt
    steps { percentage exposed people }
    propagation { processes total acked p95Ms completeMs complete slowest withinBudget }
  }
"""
REHEARSE = f"""
mutation Rehearse($input: PhaseActionInput!) {{
  rehearseLaunchPhase(input: $input) {{ run {{ {_REHEARSAL} }} errors {{ message }} }}
}}
"""
REHEARSAL = (
    f"query Rehearsal($id: ID!) {{ node(id: $id) {{ ... on PhaseRun {{ {_REHEARSAL} }} }} }}"
)


def _move(action: str) -> str:
    return f"""
mutation Move($input: PhaseActionInput!) {{
  {action}LaunchPhase(input: $input) {{ phase {{ {_MOVED} }} warnings errors {{ message }} }}
}}
"""


MOVES = {
    "pause": (_move("pause"), "Hold the ramp; the flags stay as they are."),
    "resume": (_move("resume"), "Go on after a pause; the hold of the step starts anew."),
    "advance": (_move("advance"), "Enter the next step of the ramp now."),
}
COMPLETE = _move("complete")
