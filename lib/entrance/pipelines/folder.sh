# a folder of recordings, as a file for pandas, R or a spreadsheet
vitals-extract *.mp4 |
    vitals-table --format csv --spreadsheet >vitals.csv
