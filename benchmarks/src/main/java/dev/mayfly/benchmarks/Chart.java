package dev.mayfly.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws how long each tier takes to answer: a line for each tier, a mark for each way to start, on a logarithmic scale. Has
 * no background, and colours that can be seen on white and on black.
 */
final class Chart {
    private static final Color INK = new Color(0x80, 0x86, 0x8e);
    private static final Color FAINT = new Color(0x80, 0x86, 0x8e, 0x50);
    private static final Color NOTHING = new Color(0, 0, 0, 0);
    private static final int WIDTH = 900;
    private static final int ROW_HEIGHT = 58;
    private static final int OTHER_HEIGHT = 110;
    private static final int MARK = 11;
    /** So much of a row lie the raw technology's marks below the tier's. */
    private static final double BELOW = 0.25;

    private static final int TEXT = 13;

    /** A hundredth of a point is enough for letters, too. */
    private static final Pattern TOO_EXACT = Pattern.compile("(\\d\\.\\d\\d)\\d+");

    private record Mark(String name, Metric metric, boolean raw, Color colour, Marker shape) {}

    private static final List<Mark> MARKS = List.of(
            new Mark("warm", Metric.WARM_P50, false, new Color(0xd0, 0x8a, 0x12), SeriesMarkers.DIAMOND),
            new Mark("cold, made ready", Metric.COLD_READY, false, new Color(0x2a, 0xa1, 0x5e), SeriesMarkers.CIRCLE),
            new Mark("restored", Metric.RESTORED, false, new Color(0x9a, 0x62, 0xd8), SeriesMarkers.TRIANGLE_UP),
            new Mark(
                    "cold, nothing ready", Metric.COLD_EMPTY, false, new Color(0x2f, 0x81, 0xd6), SeriesMarkers.SQUARE),
            new Mark("raw, cold", Metric.COLD_EMPTY, true, new Color(0xd1, 0x4d, 0x4d), SeriesMarkers.CROSS),
            new Mark("raw, restored", Metric.RESTORED, true, new Color(0xd1, 0x4d, 0x4d), SeriesMarkers.PLUS));

    private final XYChart chart;

    /** @param rows tiers, each followed by its raw technology's; absent ones are left out */
    Chart(List<Row> rows) {
        Map<Double, Row> tiers = new TreeMap<>();
        Map<Double, Row> raw = new TreeMap<>();
        int count = (int)
                rows.stream().filter(row -> !row.raw() && row.absent() == null).count();
        double place = count;
        for (Row row : rows) {
            if (row.absent() == null && row.raw() && place < count) {
                raw.putIfAbsent(place + 1, row);
            } else if (row.absent() == null && !row.raw()) {
                tiers.put(place--, row);
            }
        }
        chart = new XYChartBuilder()
                .width(WIDTH)
                .height(OTHER_HEIGHT + ROW_HEIGHT * Math.max(1, count))
                .xAxisTitle("milliseconds to the answer")
                .build();
        style(count);
        chart.setCustomYAxisTickLabelsFormatter(value -> {
            Row row = tiers.get((double) Math.round(value));
            // The library looks for a division of the axis until all labels differ.
            return row == null || value != Math.rint(value) ? Double.toString(value) : row.name();
        });
        MARKS.forEach(mark -> add(mark, mark.raw() ? raw : tiers));
        chart.getSeriesMap().values().stream()
                .flatMapToDouble(series -> Arrays.stream(series.getXData()))
                .min()
                .ifPresent(least -> chart.getStyler().setXAxisMin(Math.pow(10, Math.floor(Math.log10(least)))));
    }

    private void add(Mark mark, Map<Double, Row> rows) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        rows.forEach((place, row) -> {
            Double value = row.get(mark.metric());
            if (value != null) {
                x.add(value);
                y.add(mark.raw() ? place - BELOW : place);
            }
        });
        if (!x.isEmpty()) {
            XYSeries series = chart.addSeries(mark.name(), x, y);
            series.setMarker(mark.shape());
            series.setMarkerColor(mark.colour());
            series.setLineStyle(new BasicStroke(0));
        }
    }

    private void style(int count) {
        var styler = chart.getStyler();
        styler.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        styler.setXAxisLogarithmic(true);
        styler.setYAxisMin(0.5).setYAxisMax(count + 0.5);
        styler.setYAxisTickMarkSpacingHint(ROW_HEIGHT);
        styler.setXAxisDecimalPattern("#,##0.###");
        styler.setMarkerSize(MARK);
        styler.setChartBackgroundColor(NOTHING);
        styler.setPlotBackgroundColor(NOTHING);
        styler.setLegendBackgroundColor(NOTHING);
        styler.setLegendBorderColor(NOTHING);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(FAINT);
        styler.setChartFontColor(INK);
        styler.setAxisTickLabelsColor(INK);
        styler.setXAxisTickLabelsColor(INK);
        styler.setYAxisTickLabelsColor(INK);
        styler.setAxisTickMarksColor(INK);
        styler.setXAxisTitleColor(INK);
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, TEXT);
        styler.setLegendFont(font);
        styler.setAxisTickLabelsFont(font);
        styler.setAxisTitleFont(font);
    }

    void writeSvg(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
        String svg = bytes.toString(StandardCharsets.UTF_8);
        Files.writeString(file, TOO_EXACT.matcher(svg).replaceAll("$1"));
    }

    /** Writes how it looks on white and, below, on black. */
    void writePng(Path file) throws IOException {
        int height = chart.getHeight();
        var image = new BufferedImage(WIDTH, 2 * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, height);
        chart.paint(graphics, WIDTH, height);
        graphics.translate(0, height);
        chart.paint(graphics, WIDTH, height);
        graphics.dispose();
        ImageIO.write(image, "png", file.toFile());
    }
}
