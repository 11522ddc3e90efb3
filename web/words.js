// The words of the page for the codes in a line.

// The vital signs in the order of the page, with the seconds of recording that each one
// needs (READINGS in vitals-extract(1)).
export const VITALS = [
	{ vital: "heartRate", name: "Heart rate", unit: "/min", needs: 5, large: true, digits: 0 },
	{ vital: "respiratoryRate", name: "Breathing", unit: "/min", needs: 15, large: true, digits: 0 },
	{ vital: "oxygenSaturation", name: "SpO₂", unit: "%", needs: 10, large: true, digits: 0 },
	{ vital: "stressIndex", name: "Stress index", unit: "score", needs: 60, large: true, digits: 0 },
	{ vital: "bloodPressureSystolic", name: "Systolic", unit: "mmHg", needs: 20, digits: 0 },
	{ vital: "bloodPressureDiastolic", name: "Diastolic", unit: "mmHg", needs: 20, digits: 0 },
	{ vital: "pulseInterval", name: "Pulse interval", unit: "ms", needs: 5, digits: 0 },
	{ vital: "hrvSdnn", name: "SDNN", unit: "ms", needs: 20, digits: 0 },
	{ vital: "hrvRmssd", name: "RMSSD", unit: "ms", needs: 20, digits: 0 },
	{ vital: "hrvPnn50", name: "pNN50", unit: "%", needs: 20, digits: 0 },
	{ vital: "hrvLfHf", name: "LF/HF", unit: "ratio", needs: 60, digits: 1 },
	{ vital: "perfusionIndex", name: "Perfusion", unit: "%", needs: 5, digits: 2 },
];

// Readings with a lower confidence are grey.
export const THRESHOLD = 0.5;

export const REASONS = {
	"too-short": "still measuring",
	"no-face": "no face in view",
	"no-finger": "no finger on the lens",
	"low-signal": "the signal is too weak",
	"not-calibrated": "needs a calibration",
	"low-frame-rate": "too few frames per second",
	"no-clock": "the video has no clock",
	"false-clock": "slow motion or time lapse",
};

export function reasonInWords(code, ended) {
	if (ended && code === "too-short")
		return "the recording was too short";
	return REASONS[code] ?? String(code ?? "not given").replaceAll("-", " ");
}

const GAPS = {
	expired: "the server no longer has them",
	slow: "this page did not keep up",
	thinned: "the server sends fewer while this page does not keep up",
};

export function gapInWords({ lost, reason }) {
	if (typeof lost !== "number")
		return "The stream has restarted. Lines may be lost.";
	const count = lost === 1 ? "1 line was lost" : `${lost} lines were lost`;
	return `${count}: ${GAPS[reason] ?? reason}.`;
}

const ENDS = {
	end: "The input of the server has ended.",
	shutdown: "The server has stopped.",
	slow: "The server closed the connection: this page did not keep up.",
	"token-expired": "The token has expired.",
};

export function endInWords(reason) {
	return ENDS[reason] ?? `The server closed the connection: ${reason || "refused"}.`;
}

// Each quality with the words for its levels, in rising order.  Less motion is better.
export const QUALITIES = [
	{ key: "signal", name: "Signal", steps: [0.3, 0.6], words: ["weak", "fair", "good"] },
	{ key: "illumination", name: "Light", steps: [0.2, 0.4], words: ["dark", "dim", "good"] },
	{ key: "motion", name: "Movement", steps: [0.15, 0.4], words: ["still", "some", "strong"], down: true },
	{ key: "coverage", name: "In view", steps: [0.5, 0.9], words: ["rarely", "mostly", "always"] },
];

export function levelOf(quality, value) {
	const step = quality.steps.findIndex((edge) => value < edge);
	const at = step < 0 ? 2 : step;
	return { word: quality.words[at], grade: quality.down ? 2 - at : at };
}

// When the token expires.  The text changes once a minute, because it is read out.
export function expiryInWords(ms) {
	const minutes = Math.ceil(ms / 60000);
	if (minutes <= 1)
		return "in less than a minute";
	return `in ${minutes} minutes`;
}

// A session that is later than this is marked.
export const LATE_MS = 3000;

export function lateInWords(ms) {
	return ms < 10000 ? `${(ms / 1000).toFixed(1)} s behind` : `${seconds(ms / 1000)} behind`;
}

export function seconds(count) {
	const whole = Math.max(0, Math.round(count));
	if (whole < 120)
		return `${whole} s`;
	if (whole < 7200)
		return `${Math.round(whole / 60)} min`;
	return `${Math.round(whole / 3600)} h`;
}
