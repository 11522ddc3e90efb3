// The pulse wave on a canvas.  The clock scrolls it, not the arrival of its blocks, so
// that it moves smoothly.

const SHOWN_SECONDS = 8;
// How far the right edge is behind the newest value: the length of a block and its
// jitter.
const DELAY_SECONDS = 1.3;
// If the edge is off by more than this, as after a lost connection, it jumps.
const SLACK_SECONDS = 2.5;
// The factor of the scale per frame: it halves in 0.8 s.
const SCALE_DECAY = 0.972;
const FRAME_MS = 1000 / 30;
const CALM_FRAME_MS = 1000;

export class Trace {
	#canvas;
	#edge = null;
	#drawnAt = 0;
	#scale = 0;
	#look = "";

	constructor(canvas) {
		this.#canvas = canvas;
	}

	// Moves the edge by the time since the last frame, and keeps it near the newest value.
	#advance(newest, elapsed) {
		const aim = newest - DELAY_SECONDS;
		if (this.#edge === null || Math.abs(this.#edge - aim) > SLACK_SECONDS)
			this.#edge = aim;
		else
			this.#edge += elapsed * (1 + 0.1 * Math.max(-1, Math.min(1, aim - this.#edge)));
		this.#edge = Math.min(this.#edge, newest);
	}

	#fit() {
		const ratio = Math.min(2, devicePixelRatio || 1);
		const width = Math.round(this.#canvas.clientWidth * ratio);
		const height = Math.round(this.#canvas.clientHeight * ratio);
		if (this.#canvas.width !== width || this.#canvas.height !== height) {
			this.#canvas.width = width;
			this.#canvas.height = height;
		}
		return ratio;
	}

	// What the picture depends on, other than its values.
	#lookNow() {
		const { clientWidth, clientHeight, ownerDocument } = this.#canvas;
		return [clientWidth, clientHeight, devicePixelRatio, ownerDocument.documentElement.dataset.theme].join();
	}

	// Returns whether it drew.  A stopped trace is drawn only if its look changes.
	draw(session, now, { calm, stopped }) {
		const last = session.wave.at(-1);
		if (!last || now - this.#drawnAt < (calm ? CALM_FRAME_MS : FRAME_MS) - 1)
			return false;
		const newest = last.at + last.values.length / last.rate;
		const elapsed = Math.min(1, (now - this.#drawnAt) / 1000);
		this.#drawnAt = now;
		const look = this.#lookNow();
		if (stopped && look === this.#look)
			return false;
		this.#look = look;
		if (!stopped)
			this.#advance(newest, elapsed);
		else
			this.#edge ??= newest;
		this.#paint(session.wave);
		return true;
	}

	#paint(blocks) {
		const ratio = this.#fit();
		const context = this.#canvas.getContext("2d");
		const { width, height } = this.#canvas;
		const from = this.#edge - SHOWN_SECONDS;
		const style = getComputedStyle(this.#canvas);
		context.clearRect(0, 0, width, height);
		this.#grid(context, width, height, from, style);
		const peak = peakOf(blocks, from, this.#edge);
		// The scale grows immediately, so that nothing is cut off, and shrinks slowly,
		// so that the height of the trace does not jump.
		this.#scale = Math.max(peak, this.#scale * SCALE_DECAY, 1e-6);
		context.lineWidth = 2 * ratio;
		context.lineJoin = "round";
		context.strokeStyle = style.getPropertyValue("--pulse");
		context.beginPath();
		stroke(context, blocks, {
			from, to: this.#edge,
			x: width / SHOWN_SECONDS,
			y: (height * 0.45) / this.#scale,
			middle: height / 2,
		});
		context.stroke();
	}

	#grid(context, width, height, from, style) {
		context.strokeStyle = style.getPropertyValue("--rule");
		context.lineWidth = 1;
		context.beginPath();
		for (let at = Math.ceil(from); at < this.#edge; at++) {
			const x = Math.round(((at - from) * width) / SHOWN_SECONDS) + 0.5;
			context.moveTo(x, 0);
			context.lineTo(x, height);
		}
		context.stroke();
	}
}

function peakOf(blocks, from, to) {
	let peak = 0;
	for (const block of blocks)
		if (block.at + block.values.length / block.rate > from && block.at < to)
			for (const value of block.values)
				if (value !== null)
					peak = Math.max(peak, Math.abs(value));
	return peak;
}

// A gap in the values, or between two blocks, interrupts the line.
function stroke(context, blocks, area) {
	let end = -Infinity;
	for (const block of blocks) {
		let open = Math.abs(block.at - end) < 1.5 / block.rate;
		block.values.forEach((value, i) => {
			const at = block.at + i / block.rate;
			if (value === null || at < area.from || at > area.to) {
				open = false;
				return;
			}
			const x = (at - area.from) * area.x;
			const y = area.middle - value * area.y;
			if (open)
				context.lineTo(x, y);
			else
				context.moveTo(x, y);
			open = true;
		});
		end = block.at + block.values.length / block.rate;
	}
}
