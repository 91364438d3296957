package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// decode reads a JSON value the way helm holds chart values: numbers are float64. A map with the
// single key "$go" carries a value of another type: {"$go": ["int64", "5"]}.
func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return restore(value)
}

func decodeAll(raws []json.RawMessage) ([]any, error) {
	values := make([]any, 0, len(raws))
	for _, raw := range raws {
		value, err := decode(raw)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func restore(value any) (any, error) {
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			restored, err := restore(item)
			if err != nil {
				return nil, err
			}
			v[i] = restored
		}
	case map[string]any:
		if typed, ok := v["$go"].([]any); ok && len(v) == 1 && len(typed) == 2 {
			return typedValue(fmt.Sprint(typed[0]), typed[1])
		}
		for key, item := range v {
			restored, err := restore(item)
			if err != nil {
				return nil, err
			}
			v[key] = restored
		}
	}
	return value, nil
}

func typedValue(kind string, value any) (any, error) {
	text := fmt.Sprint(value)
	switch kind {
	case "float64":
		return strconv.ParseFloat(text, 64)
	case "bytes":
		return []byte(text), nil
	case "strings":
		items, _ := value.([]any)
		result := make([]string, 0, len(items))
		for _, item := range items {
			result = append(result, fmt.Sprint(item))
		}
		return result, nil
	case "stringmap":
		items, _ := value.(map[string]any)
		result := map[string]string{}
		for key, item := range items {
			result[key] = fmt.Sprint(item)
		}
		return result, nil
	case "uint8", "uint64":
		number, err := strconv.ParseUint(text, 10, 64)
		if kind == "uint8" {
			return uint8(number), err
		}
		return number, err
	case "int", "int64", "int32":
		number, err := strconv.ParseInt(text, 10, 64)
		switch kind {
		case "int":
			return int(number), err
		case "int32":
			return int32(number), err
		}
		return number, err
	}
	return nil, fmt.Errorf("unknown type %q of a typed value", kind)
}
