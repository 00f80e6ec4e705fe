/**
 * One turn in the transcript.
 */

import { AnswerView } from "./answer_view.js";
import { fromTemplate, partsOf, setText, showText } from "./dom.js";
import { lazy } from "./lazy.js";
import { showNumbers } from "./numbers_view.js";
import { PictureView, STRIP } from "./picture_view.js";
import { endingNote, kindNote, summary } from "./story.js";
import { isOpen } from "./turn.js";

const withCalls = lazy(() => import("./tool_call_view.js"));
const withError = lazy(() => import("./error_view.js"));
const withHistories = lazy(() => import("./histories_view.js"));
const withHeard = lazy(() => import("./heard_view.js"));
const withWaiting = lazy(() => import("./waiting_view.js"));
const withReasons = lazy(() => import("./reasons_view.js"));

export class TurnView {
  #parts;
  #answer;
  #strip;
  #calls = new Map();
  #actions;
  #turn = null;
  #scene;

  /**
   * `actions`: `select(turnId)`, `cutAt(offset)`, `retry(turn)`, `say(text)`, `answerCall(callId, output, status)`,
   * `chooseHistory(policy)`, `showPlace(turn, place)`.
   */
  constructor(speaker, actions) {
    this.root = fromTemplate("turn-template");
    this.#parts = partsOf(this.root);
    this.#actions = actions;
    this.#answer = new AnswerView(this.#parts.answer);
    this.#strip = new PictureView(this.#parts.strip, STRIP);
    setText(this.#parts.speaker, speaker);
    this.#parts.open.addEventListener("click", (event) => actions.select(this.#chosen(event).turn_id));
    this.#parts.retry.addEventListener("click", () => actions.retry(this.#turn));
    this.#parts.again.addEventListener("click", () => actions.say(this.#turn.user_text));
    this.#parts.answer.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Show `turn`. `scene`: `{isLast, hasFiller, wasLive, maySpeak, platform, policy, ownPolicy, scale_ms, wait, goesOn}`. */
  update(turn, scene, elapsed_ms) {
    this.#turn = turn;
    this.#scene = scene;
    const open = isOpen(turn);
    this.root.dataset.status = turn.status;
    this.root.dataset.turnId = turn.turn_id;
    this.root.toggleAttribute("data-goes-on", scene.goesOn);
    this.#showUser(turn, scene);
    showText(this.#parts.kind, kindNote(turn));
    this.#showFiller(turn, scene, open);
    this.#showAnswer(turn, open);
    if (turn.tool_calls.length) withCalls((views) => this.#showCalls(turn, scene, views));
    showText(this.#parts.ending, open ? "" : endingNote(turn));
    this.#showError(turn, scene);
    if (!open && turn.text) withHeard(({ showHeard }) => showHeard(this.#parts, turn));
    if (!open) withReasons(({ showReasons }) => showReasons(this.#parts.reasons, turn, scene.platform, this.#actions.showPlace));
    if (turn.status === "interrupted") withHistories(({ showHistories }) => showHistories(this.#parts.histories, turn, scene, this.#actions));
    this.tick(turn, elapsed_ms);
    const inShort = open ? "" : `: ${summary(scene.wait?.turn ?? turn, elapsed_ms)}`;
    setText(this.#parts.summary, `Timeline${inShort}. Show the details.`);
  }

  /** Advance to `elapsed_ms`; `turn` has not changed. */
  tick(turn, elapsed_ms) {
    this.#answer.tick(turn, elapsed_ms);
    this.#drawFoot(turn, elapsed_ms);
    if (!isOpen(turn)) return;
    withWaiting(({ showWaiting }) => {
      if (turn === this.#turn) showWaiting(this.#parts, turn, elapsed_ms);
    });
  }

  #drawFoot(turn, elapsed_ms) {
    const { wait, scale_ms } = this.#scene;
    if (wait) return wait.show(this.#parts, this.#strip, elapsed_ms, scale_ms);
    this.#strip.draw(turn, elapsed_ms, scale_ms);
    showNumbers(this.#parts.numbers, turn, elapsed_ms);
  }

  /** Return the turn that a click on the strip selects. */
  #chosen(event) {
    const { wait, scale_ms } = this.#scene;
    return wait?.chosen(event, this.#parts.strip, scale_ms) ?? this.#turn;
  }

  /** What to look at to follow the voice: the sentence that is heard, or else the turn itself. */
  get voicePlace() {
    return this.#answer.speaking ?? this.root;
  }

  set isSelected(selected) {
    this.root.toggleAttribute("data-selected", selected);
  }

  #showUser(turn, { maySpeak }) {
    const spoke = turn.kind === "user";
    this.#parts.you.hidden = !spoke;
    this.#parts.again.hidden = !maySpeak;
    setText(this.#parts.question, spoke ? turn.user_text : "");
  }

  /** Reserve the filler's line from the start if a filler may come, so that the answer never moves. */
  #showFiller(turn, { hasFiller }, open) {
    const played = turn.filler?.state === "played";
    this.#parts.filler.hidden = !played && !(open && hasFiller && turn.kind === "user");
    this.#parts.filler.toggleAttribute("data-played", played);
    setText(this.#parts.filler, played ? turn.filler.phrase : "");
  }

  #showAnswer(turn, open) {
    this.#answer.update(turn);
    this.#parts.waiting.hidden = !open || turn.text !== "" || turn.tool_calls.length > 0;
    this.#parts.why.hidden = !open;
    this.#parts.answer.hidden = turn.text === "";
    this.#parts.answer.toggleAttribute("aria-busy", open);
    if (open) this.#parts.answer.setAttribute("aria-hidden", "true");
    else this.#parts.answer.removeAttribute("aria-hidden");
  }

  #showCalls(turn, { isLast, maySpeak, platform }, { lookOf, toolCallView }) {
    for (const call of turn.tool_calls) {
      const look = lookOf(turn, call, isLast && maySpeak && !isOpen(turn), platform);
      const known = this.#calls.get(call.id);
      const key = JSON.stringify([call.name, call.arguments, call.valid, look]);
      if (known?.key === key) continue;
      const root = toolCallView(call, look, this.#actions.answerCall);
      if (known) known.root.replaceWith(root);
      else this.#parts.calls.append(root);
      this.#calls.set(call.id, { key, root });
    }
  }

  #showError(turn, { wasLive, maySpeak, isLast }) {
    const failed = turn.error !== null;
    if (failed && wasLive) this.#parts.error.setAttribute("role", "alert");
    this.#parts.error.hidden = !failed;
    this.#parts.retry.hidden = !maySpeak || !isLast || turn.kind === "continuation";
    if (failed) withError(({ showError }) => showError(this.#parts, turn));
  }

  #clicked(event) {
    // A tap's target may be what stood there before the sentence was split into words.
    const word = document.elementFromPoint(event.clientX, event.clientY)?.closest(".word");
    if (word && this.#turn && isOpen(this.#turn)) this.#actions.cutAt(Number(word.dataset.end));
  }
}
