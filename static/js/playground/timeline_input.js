/**
 * What pointers, the wheel and keys do to the large timeline: zoom, pan, move the cursor.
 */

const KEY_ZOOM = 1.5;
/** How much of a wheel's turn doubles the zoom, in its px. */
const WHEEL_PX = 300;
/** A wheel that counts lines or pages instead of px. */
const WHEEL_UNITS_PX = [1, 20, 400];

export class TimelineInput {
  #area;
  #act;
  #pointers = new Map();

  /**
   * `act` has `zoom(factor, px)`, `pan(px)`, `point(px, y)`, `step(steps, toMoment)`, `jump(toEnd)`, `whole()`,
   * `isWhole()`, `fit({x, y})`; without a place `fit` is for what stands at the cursor.
   */
  constructor(area, dialog, act) {
    this.#area = area;
    this.#act = act;
    dialog.addEventListener("keydown", (event) => this.#pressed(event));
    area.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    area.addEventListener("dblclick", (event) => this.#act.fit(this.#placeOf(event)));
    area.addEventListener("keydown", (event) => event.key === "Enter" && this.#act.fit());
    area.addEventListener("pointerdown", (event) => this.#down(event));
    area.addEventListener("pointermove", (event) => this.#moved(event));
    for (const name of ["pointerup", "pointercancel"]) area.addEventListener(name, ({ pointerId }) => this.#pointers.delete(pointerId));
  }

  #pressed(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const action = {
      "+": () => this.#act.zoom(KEY_ZOOM),
      "=": () => this.#act.zoom(KEY_ZOOM),
      "-": () => this.#act.zoom(1 / KEY_ZOOM),
      ArrowLeft: () => this.#act.step(-1, shiftKey),
      ArrowRight: () => this.#act.step(1, shiftKey),
      Home: () => this.#act.jump(false),
      End: () => this.#act.jump(true),
      0: () => this.#act.whole(),
    }[key === "−" ? "-" : key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #turned(event) {
    event.preventDefault();
    const unit = WHEEL_UNITS_PX[event.deltaMode] ?? 1;
    const across = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (across) this.#act.pan(across * unit);
    else this.#act.zoom(2 ** ((-event.deltaY * unit) / WHEEL_PX), this.#placeOf(event).x);
  }

  #down(event) {
    const place = this.#placeOf(event);
    this.#area.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, place);
    if (this.#pointers.size === 1) this.#act.point(place.x, place.y);
  }

  #moved(event) {
    const place = this.#placeOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) return this.#act.point(place.x, place.y);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, place);
    if (other) return this.#pinch(other, before, place);
    if (this.#act.isWhole()) return this.#act.point(place.x, place.y);
    return this.#act.pan(before.x - place.x);
  }

  /** Zoom by how the distance of two fingers changed, and pan by how their middle moved. */
  #pinch(other, before, place) {
    const was = Math.max(10, Math.abs(other.x - before.x));
    const is = Math.max(10, Math.abs(other.x - place.x));
    this.#act.zoom(is / was, (other.x + place.x) / 2);
    this.#act.pan((before.x - place.x) / 2);
  }

  #placeOf({ clientX, clientY }) {
    const { left, top } = this.#area.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
