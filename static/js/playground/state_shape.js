/**
 * The shape of the page's state, of its turns, to which live events build up, and of their pictures. Types alone: no page
 * loads this module.
 *
 * @typedef {object} State
 * @property {number} seq the last event that is part of this state: the cursor of a resume
 * @property {boolean} gap events are missing: the page has to request those after `seq`
 * @property {object|null} conversation as in the snapshot; null before the first one
 * @property {Turn[]} turns in order
 * @property {number} earlier how many older turns the snapshot has yet to deliver
 * @property {Object<string, object>} requests by turn id: `{attempt, request, origins}` of the last attempt
 * @property {{turn_id: string, chars: number, reasoning_chars: number, held_until_ms: number|null}|null} open
 *   the turn that events are building, with the lengths of its texts in code points
 * @property {{code: string, message: string, client_msg_id: string}|null} refusal the last refused command
 * @property {{id: number, position: number, how: string, text: string, chars: number, created_at: string}[]} context_changes
 *   in order; `position` is the `turn_idx` of the first turn after it
 * @property {{version: number, name: string, position: number}[]} used_versions from which turn on each was used, if there were several
 * @property {{kind: string, message: string}[]} notices what the server can't do at the moment
 *
 * @typedef {object} Turn
 * @property {string} turn_id
 * @property {number|null} turn_idx
 * @property {"user"|"echo"|"greeting"|"continuation"} kind
 * @property {"pending"|"streaming"|"completed"|"interrupted"|"failed"} status
 * @property {string} user_text
 * @property {string} text what the LLM wrote; all offsets count its code points
 * @property {string} heard_text its beginning, up to the last word whose playout had begun
 * @property {string|null} continues the turn whose tool calls this one continues
 * @property {string} client_msg_id
 * @property {{index: number, start: number, end: number, kind: string, t_ms: number}[]} sentences
 * @property {Segment[]} segments
 * @property {number[]} delta_times_ms when text arrived, thinned
 * @property {number[]} delta_chars how many code points arrived then, as far as this page saw it
 * @property {number} delta_count how many deltas have arrived, while it is open
 * @property {number|null} longest_gap_ms the longest pause between two of them; null if this page has not seen all
 * @property {boolean} answer_ended whether no more of an open turn's answer comes
 * @property {[string, number][]|null} phases the moments of its request (`playground/outgoing/phases.py`)
 * @property {{state: "played"|"skipped", phrase: string, reason: string, due_ms: number}|null} filler
 * @property {{id: string, name: string, arguments: string, valid: boolean}[]} tool_calls
 * @property {Object<string, {output: unknown, status: string, source?: string}>} tool_results by tool call id
 * @property {string[]} events_fired
 * @property {string[]} notes
 * @property {string} reasoning
 * @property {string} finish_reason
 * @property {{code: string, message: string, excerpt?: string, secret?: string}|null} error
 * @property {Object<string, number|null>} timings_ms ttfb, ttft, first_sentence, first_audio, dead_air, total
 * @property {object} usage
 * @property {number|null} interrupted_at_ms
 * @property {number|null} cut_waits the end of the clicked word behind which the turn is to be interrupted
 * @property {number|null} response_status
 * @property {number|null} response_ms when the headers came, while this page saw it
 * @property {string} response_body the first words of a refusal's body
 * @property {string|null} created_at
 * @property {boolean} was_live whether it began while the page was open
 *
 * @typedef {object} Segment one speakable unit; times are ms from the turn's start
 * @property {number} id
 * @property {"sentence"|"filler"} kind
 * @property {number|null} index the sentence's index; null for a filler
 * @property {string} text what is spoken
 * @property {number} synthesis_ms
 * @property {number} starts_ms
 * @property {number} ends_ms
 * @property {boolean} cut
 * @property {[number, number, number][]} words start, end (offsets in the turn's text), at_ms
 * @property {[number, number][]} [pauses] from when to when a break makes it silent
 *
 * @typedef {object} Bar times are ms from the turn's start
 * @property {"llm"|"text"|"voice"} lane
 * @property {"waiting"|"stream"|"stall"|"sentence"|"synthesis"|"filler"|"speech"|"dead-air"} kind
 * @property {number} from
 * @property {number} to
 * @property {string} label
 */

export {};
