#include "readings/vital.h"

static const struct vital_info infos[VITAL_COUNT] = {
    [VITAL_HEART_RATE] = {"heartRate", "/min", 30, 240, 5, 5, 2},
    [VITAL_RESPIRATORY_RATE] = {"respiratoryRate", "/min", 4, 60, 3, 15, 2},
    [VITAL_OXYGEN_SATURATION] = {"oxygenSaturation", "%", 50, 100, 4, 10, 1},
    [VITAL_BLOOD_PRESSURE_SYSTOLIC] = {"bloodPressureSystolic", "mm[Hg]", 50,
	260, 10, 20, 1},
    [VITAL_BLOOD_PRESSURE_DIASTOLIC] = {"bloodPressureDiastolic", "mm[Hg]", 30,
	160, 10, 20, 1},
    [VITAL_STRESS_INDEX] = {"stressIndex", "{score}", 0, 5000, 50, 60, 1},
    [VITAL_HRV_SDNN] = {"hrvSdnn", "ms", 0, 500, 10, 20, 1},
    [VITAL_HRV_RMSSD] = {"hrvRmssd", "ms", 0, 500, 15, 20, 1},
    [VITAL_HRV_PNN50] = {"hrvPnn50", "%", 0, 100, 10, 20, 1},
    [VITAL_HRV_LF_HF] = {"hrvLfHf", "1", 0, 100, 1, 60, 2},
    [VITAL_PULSE_INTERVAL] = {"pulseInterval", "ms", 250, 2000, 50, 5, 1},
    [VITAL_PERFUSION_INDEX] = {"perfusionIndex", "%", 0, 100, 1, 5, 3},
};

const struct vital_info *
vital_info(enum vital v)
{
	return &infos[v];
}
