#!/bin/sh
# vitals-fhir: readings and waves as Observations: codes, units, status, times, IDs.
# valgrind
. "$(dirname "$0")/tap.sh"

event() { # TYPE SESSION REST: an event line
	printf '{"schemaVersion":"1.0","id":"e-1","type":"vitals.%s","time":"2026-11-23T07:33:30.1201+01:00","session":{"id":"s-81"%s}%s}\n' "$1" "$2" "$3"
}
timed=',"subject":"anon-0123456789abcdef0123456789abcdef","startTime":"2026-11-23T06:33:00.120Z","offsetSeconds":0.0,"durationSeconds":30.00'
reading() { # VITAL VALUE UNIT CONFIDENCE [REST]
	printf '{"vital":"%s","value":%s,"unit":"%s","confidence":%s%s}' "$1" "$2" "$3" "$4" "${5-}"
}
absent() { # VITAL UNIT REASON
	printf '{"vital":"%s","value":null,"unit":"%s","confidence":null,"absentReason":"%s"}' "$@"
}

event measurement.completed "$timed" ",\"readings\":[$(reading heartRate 71.80 /min 0.94 ',"method":"rppg-pos"')],\"quality\":{\"signal\":0.910,\"snrDb\":-6.8,\"motion\":null}" >hr
try 'one whole Observation' vitals-fhir hr
is_status 0
is_stdout '{"resourceType":"Observation","id":"d7523598-d75f-8d11-921b-b3cb1129b31e","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/heartrate"]},"extension":[{"url":"urn:vitals:fhir:StructureDefinition:confidence","valueDecimal":0.94},{"url":"urn:vitals:fhir:StructureDefinition:quality","extension":[{"url":"signal","valueDecimal":0.910},{"url":"snrDb","valueDecimal":-6.8}]},{"url":"urn:vitals:fhir:StructureDefinition:session","extension":[{"url":"id","valueString":"s-81"},{"url":"startTime","valueString":"2026-11-23T06:33:00.120Z"},{"url":"offsetSeconds","valueDecimal":0.0},{"url":"durationSeconds","valueDecimal":30.00}]},{"url":"urn:vitals:fhir:StructureDefinition:eventTime","valueString":"2026-11-23T07:33:30.1201+01:00"}],"identifier":[{"system":"urn:vitals:reading","value":"e-1/heartRate"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}],"text":"Heart rate"},"subject":{"type":"Patient","identifier":{"system":"urn:vitals:subject","value":"anon-0123456789abcdef0123456789abcdef"}},"effectivePeriod":{"start":"2026-11-23T06:33:00.120Z","end":"2026-11-23T06:33:30.120Z"},"issued":"2026-11-23T06:33:30.120Z","valueQuantity":{"value":71.80,"unit":"beats/minute","system":"http://unitsofmeasure.org","code":"/min"},"method":{"text":"rppg-pos"}}'
is_stderr ''
printf 'e-1/heartRate' | sha256sum | cut -c 1-8 >digest
try 'whose id is of the identifier' sh -c "vitals-fhir hr | jq -r .id | cut -c 1-8"
is_status 0
stdout_is_file digest
is_stderr ''

# VITAL UNIT CATEGORY CODES PROFILE
while read -r vital unit category codes profile; do
	event measurement.completed "$timed" ",\"readings\":[$(reading "$vital" 1e1 "$unit" 0.5)]" >one
	try "$vital" vitals-fhir one
	is_status 0
	stdout_json "(.valueQuantity | .code == \"$unit\" and .system == \"http://unitsofmeasure.org\" and (.unit | length) > 0)
		and .category[0].coding[0].code == \"$category\"
		and ([.code.coding[].code] | join(\",\")) == \"$codes\"
		and (.meta.profile[0] // \"-\") == \"$profile\" and .status == \"final\"
		and .identifier[0].value == \"e-1/$vital\""
	is_stderr ''
	grep -q '"value":1e1,' .out
	ok "$vital: the number as it was"
done <<'X'
heartRate /min vital-signs 8867-4 http://hl7.org/fhir/StructureDefinition/heartrate
respiratoryRate /min vital-signs 9279-1 http://hl7.org/fhir/StructureDefinition/resprate
oxygenSaturation % vital-signs 2708-6,59408-5 http://hl7.org/fhir/StructureDefinition/oxygensat
stressIndex {score} survey stressIndex -
hrvSdnn ms procedure 80404-7 -
hrvRmssd ms procedure hrvRmssd -
hrvPnn50 % procedure hrvPnn50 -
hrvLfHf 1 procedure hrvLfHf -
pulseInterval ms procedure pulseInterval -
perfusionIndex % procedure perfusionIndex -
X
event measurement.completed "$timed" ",\"readings\":[$(reading heartRate 70 /min 0.9),$(reading skinWarmth 30.5 Cel 0.9)]" >unknown
try 'a vital sign that is not known' sh -c 'vitals-fhir unknown | tail -n 1'
is_status 0
stdout_json '.code == {"text":"skinWarmth"} and .category == null and .valueQuantity.code == "Cel"
	and .valueQuantity.unit == "Cel" and .identifier[0].value == "e-1/reading-1"'
is_stderr ''

# Blood pressure
event measurement.completed "$timed" ",\"readings\":[$(reading bloodPressureDiastolic 78.0 'mm[Hg]' 0.45 ',"method":"calibrated","status":"calibrated"'),$(reading heartRate 70 /min 0.9),$(absent bloodPressureSystolic 'mm[Hg]' too-short)]" >bp
try 'one panel of both pressures' vitals-fhir bp
is_status 0
stdout_lines 2
is_stderr ''
sed 1q .out >panel
try 'with its components in their order' cat panel
is_status 0
stdout_json '.code.coding[0].code == "85354-9" and .valueQuantity == null and .dataAbsentReason == null
	and [.component[].code.coding[0].code] == ["8480-6","8462-4"] and .status == "preliminary"
	and .component[0].dataAbsentReason.text == "too-short" and .component[0].extension == null
	and .component[1].valueQuantity.code == "mm[Hg]" and .component[1].extension[0].valueDecimal == 0.45
	and .method.text == "calibrated" and .identifier[0].value == "e-1/bloodPressure"'
is_stderr ''
event measurement.completed "$timed" ",\"readings\":[$(reading bloodPressureSystolic 120 'mm[Hg]' 0.9)]" >half
try 'a pressure that the event lacks' vitals-fhir half
is_status 0
stdout_json '.component[1].dataAbsentReason == {"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"not-performed"}],"text":"not-measured"}'
is_stderr ''

# What is absent or uncalibrated
while read -r reason code; do
	event measurement.failed "$timed" ",\"readings\":[$(absent heartRate /min "$reason")]" >none
	try "absent: $reason" vitals-fhir none
	is_status 0
	stdout_json ".dataAbsentReason.coding[0].code == \"$code\" and .dataAbsentReason.text == \"$reason\"
		and .valueQuantity == null and .status == \"final\" and ([.extension[].url] | index(\"urn:vitals:fhir:StructureDefinition:confidence\")) == null"
	is_stderr ''
done <<'X'
too-short not-performed
no-face not-performed
no-finger not-performed
low-frame-rate not-performed
not-calibrated unsupported
low-signal unknown
no-clock error
false-clock error
of-another-kind unknown
X
event measurement.failed "$timed" ",\"readings\":[$(reading oxygenSaturation 99.3 % 0.9 ',"status":"uncalibrated","method":"ratio-rb"')]" >spo2
try 'an uncalibrated value is not given' vitals-fhir spo2
is_status 0
stdout_json '.dataAbsentReason.text == "not-calibrated" and .valueQuantity == null and .method == null
	and (tostring | contains("99.3") | not)'
is_stderr ''
try 'unless asked for, and is marked then' vitals-fhir --uncalibrated spo2
is_status 0
stdout_json '.valueQuantity.value == 99.3 and .status == "preliminary" and .dataAbsentReason == null
	and .modifierExtension == [{"url":"urn:vitals:fhir:StructureDefinition:uncalibrated","valueBoolean":true}]
	and (.note[0].text | startswith("Uncalibrated"))
	and .extension[1] == {"url":"urn:vitals:fhir:StructureDefinition:calibration","valueString":"uncalibrated"}'
is_stderr ''

event measurement.completed "$timed" ",\"readings\":[$(reading bloodPressureSystolic 120 'mm[Hg]' 0.9 ',"method":"a"'),$(reading bloodPressureDiastolic 80 'mm[Hg]' 0.8 ',"method":"b","status":"calibrated"')]" >methods
try 'two methods of a panel' vitals-fhir methods
is_status 0
stdout_json '.method == null and .component[1].extension[1:] == [{"url":"urn:vitals:fhir:StructureDefinition:calibration","valueString":"calibrated"},
	{"url":"urn:vitals:fhir:StructureDefinition:method","valueString":"b"}] and .component[0].extension[1].valueString == "a"'
is_stderr ''
event measurement.failed "$timed" ",\"readings\":[$(absent skinWarmth Cel too-short)]" >warmth
try 'the unit of an unknown vital sign without a value' vitals-fhir warmth
is_status 0
stdout_json '.extension[0] == {"url":"urn:vitals:fhir:StructureDefinition:unit","valueString":"Cel"}'
is_stderr ''

# Status, times, subject, device
for x in 0.94:final 0.941:preliminary 1:preliminary 0:final; do
	try "preliminary below ${x%:*}" vitals-fhir --preliminary-below "${x%:*}" hr
	is_status 0
	stdout_json ".status == \"${x#*:}\""
	is_stderr ''
done
event measurement.completed "$timed" ",\"readings\":[$(reading heartRate 70 /min null)]" >unrated
try 'an event may have a value without a known confidence' vitals-event --check unrated
is_status 0
stdout_is_file unrated
is_stderr ''
try 'which is final, and gets no confidence' vitals-fhir --preliminary-below 1 unrated
is_status 0
stdout_json '.status == "final" and ([.extension[].url] | all(endswith(":confidence") | not))'
is_stderr ''
event sample ',"startTime":"2026-11-23T06:33:00Z","offsetSeconds":8.5' ",\"seq\":3,\"readings\":[$(reading heartRate 70 /min 0.9)]" >sample
try 'a sample' vitals-fhir sample
is_status 0
stdout_json '.status == "preliminary" and .effectivePeriod.end == "2026-11-23T06:33:08.500Z"
	and .effectivePeriod.start == null and .effectivePeriod._start.extension[0].valueCode == "unknown"
	and (.extension[0:-2][-1].extension[-1] == {"url":"seq","valueDecimal":3})
	and .extension[-2] == {"url":"urn:vitals:fhir:StructureDefinition:eventType","valueString":"vitals.sample"}'
is_stderr ''
event measurement.completed ',"startTime":null,"durationSeconds":30' ",\"readings\":[$(reading heartRate 70 /min 0.9)]" >late
try 'neither start nor subject is invented' vitals-fhir late
is_status 0
stdout_json '.effectivePeriod.start == null and .effectivePeriod._start.extension[0].valueCode == "unknown"
	and .effectivePeriod.end == "2026-11-23T06:33:30.120Z"
	and .subject == {"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}'
is_stderr ''
event measurement.completed ',"startTime":"2026-11-23T06:33:00Z","offsetSeconds":2,"durationSeconds":null' ",\"readings\":[$(reading heartRate 70 /min 0.9)]" >endless
try 'nor is the end' vitals-fhir endless
is_status 0
stdout_json '.effectivePeriod == {"start":"2026-11-23T06:33:02.000Z","_end":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}
	and .issued == "2026-11-23T06:33:30.120Z"'
is_stderr ''
cp "$WORK/.out" resource
try 'which is valid' vitals-fhir --check resource
is_status 0
stdout_is_file resource
is_stderr ''
try 'and becomes the event again' vitals-fhir --from-fhir resource
is_status 0
stdout_json '.session == {"id":"s-81","startTime":"2026-11-23T06:33:00Z","offsetSeconds":2} and (.time | endswith(":33:30.1201+01:00"))'
is_stderr ''
event measurement.completed "$timed,\"device\":{\"make\":\"Acme\",\"model\":\"C 1\",\"codec\":\"h264\",\"frameRate\":29.970,\"serial\":null,\"lens\":[1]}" ",\"readings\":[$(reading heartRate 70 /min 0.9)]" >device
try 'the device is contained' vitals-fhir device
is_status 0
stdout_json '.device.reference == "#device" and .contained == [{"resourceType":"Device","id":"device","manufacturer":"Acme",
	"deviceName":[{"name":"C 1","type":"model-name"}],"property":[{"type":{"text":"codec"},"valueCode":[{"text":"h264"}]},
	{"type":{"text":"frameRate"},"valueQuantity":[{"value":29.97}]},{"type":{"text":"lens"},"valueCode":[{"extension":[{"url":"urn:vitals:fhir:StructureDefinition:json","valueBoolean":true}],"text":"[1]"}]}]}]'
is_stderr ''
try 'or by reference, and so is the subject' vitals-fhir --device Device/c-1 --subject https://fhir.example/Patient/7 device
is_status 0
stdout_json '.device == {"reference":"Device/c-1"} and .contained == null and .subject == {"reference":"https://fhir.example/Patient/7"}'
is_stderr ''
try 'the stress index with a further code' vitals-fhir --loinc-stress 80316-3 <<X
$(event measurement.completed "$timed" ",\"readings\":[$(reading stressIndex 120.5 '{score}' 0.9)]")
X
is_status 0
stdout_json '[.code.coding[].code] == ["stressIndex","80316-3"] and .code.coding[1] == {"system":"http://loinc.org","code":"80316-3"}'
is_stderr ''

# Waves
event wave ',"startTime":"2026-11-23T06:33:00Z","offsetSeconds":8' ',"wave":"pulse","sampleRate":30.0,"values":[0.10,-0.25,null,1e-3]' >wave
try 'a wave' vitals-fhir wave
is_status 0
stdout_json '.valueSampledData == {"origin":{"value":0,"unit":"arbitrary units","system":"http://unitsofmeasure.org","code":"1"},
	"period":33.333333333,"dimensions":1,"data":"0.10 -0.25 E 1e-3"} and .code.coding[0].code == "pulse"
	and .effectivePeriod == {"start":"2026-11-23T06:33:08.000Z","end":"2026-11-23T06:33:08.133Z"}
	and .identifier[0].value == "e-1/wave" and .extension[0].valueDecimal == 30'
is_stderr ''
event wave '' ',"wave":"chest","sampleRate":30.0,"values":[]' >wave
try 'a wave without values, of another name' vitals-fhir wave
is_status 0
stdout_json '.valueSampledData == null and .dataAbsentReason.text == "not-measured" and .code == {"text":"chest"}'
is_stderr ''
done_testing
