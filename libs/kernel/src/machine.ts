/**
 * A state machine as data: for every state, the events it takes and where they lead. `satisfies Machine<S, E>`
 * makes a forgotten state a compile error; the diagram in docs is generated from the table.
 */
export type Machine<State extends string, Event extends string> = {
  readonly [S in State]: { readonly [E in Event]?: State };
};

/** The state that `event` leads to from `state`, or null where the machine does not take it. */
export const nextState = <State extends string, Event extends string>(
  machine: Machine<State, Event>,
  state: State,
  event: Event,
): State | null => machine[state][event] ?? null;
