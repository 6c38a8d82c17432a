/** What is known of an order when its agent polls. */
export interface OrderFacts {
  /** The agent reports on it: it has it. */
  known: boolean;
  /** The newest report, of whichever agent, is terminal. */
  ended: boolean;
  /** An answer with it went out, or an agent has reported on it, or status says that one did. */
  sent: boolean;
  /** The journal of the agent it went to; undefined when that is not known. */
  sentTo: string | undefined;
  /** The journal of the agent that polls; undefined for agents of before there was one. */
  journal: string | undefined;
}

/**
 * What becomes of an order that an agent polls for. An agent takes an order into its journal before it asks again. So one that went to
 * this journal and is not in it never arrived: it is sent again. One that went to another journal may have been begun by an agent that is
 * gone together with its journal: it is lost, and never runs a second time unasked.
 */
export function orderFate({ known, ended, sent, sentTo, journal }: OrderFacts): 'Nothing' | 'Send' | 'Lost' {
  if (known || ended) return 'Nothing';
  if (!sent || journal === undefined || sentTo === journal) return 'Send';
  return 'Lost';
}
