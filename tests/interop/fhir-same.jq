# An event without what FHIR does not carry: members that are null, the confidence and the
# method of a reading without a value, the order of the readings.
def known: with_entries(select(.value != null));
known | .session |= known
| if .session.device then .session.device |= known else . end
| if .quality then .quality |= known else . end
| if .quality == {} then del(.quality) else . end
| if .readings then .readings |= (map(known
	| if has("value") then . else del(.confidence, .method) end) | sort_by(.vital)) else . end
