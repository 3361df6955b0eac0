package dev.mayfly.objects.protocol;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** An element of a request's XML: names without their namespaces, no document types, no entities but XML's own. */
public final class XmlElement {
    private static final int MAX_DEPTH = 16;
    private static final XMLInputFactory FACTORY = factory();

    private final String name;
    private final StringBuilder text = new StringBuilder();
    private final List<XmlElement> children = new ArrayList<>();

    private XmlElement(String name) {
        this.name = name;
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /** @throws S3Exception MalformedXML when it is not well-formed or its root has another name */
    public static XmlElement parse(byte[] xml, String root) {
        try {
            XmlElement element = parse(xml);
            if (!element.name.equals(root)) {
                throw new S3Exception(S3Error.MALFORMED_XML);
            }
            return element;
        } catch (XMLStreamException e) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
    }

    private static XmlElement parse(byte[] xml) throws XMLStreamException {
        XMLStreamReader reader;
        synchronized (FACTORY) {
            reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(xml));
        }
        var open = new ArrayDeque<XmlElement>();
        XmlElement root = null;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var element = new XmlElement(reader.getLocalName());
                    XmlElement parent = open.peek();
                    if (parent != null) {
                        parent.children.add(element);
                    } else {
                        root = element;
                    }
                    open.push(element);
                    if (open.size() > MAX_DEPTH) {
                        throw new S3Exception(S3Error.MALFORMED_XML);
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> open.pop();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    XmlElement current = open.peek();
                    if (current != null) {
                        current.text.append(reader.getText());
                    }
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new S3Exception(S3Error.MALFORMED_XML);
                default -> {}
            }
        }
        if (root == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return root;
    }

    public String name() {
        return name;
    }

    /** All text directly in it. */
    public String text() {
        return text.toString();
    }

    public List<XmlElement> children() {
        return List.copyOf(children);
    }

    /** The only child of that name, or null. @throws S3Exception MalformedXML when there are several */
    public @Nullable XmlElement only(String childName) {
        List<XmlElement> found = children(childName);
        if (found.size() > 1) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    public List<XmlElement> children(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    /** The text of the first child of that name, or null. */
    public @Nullable String child(String childName) {
        for (XmlElement child : children) {
            if (child.name.equals(childName)) {
                return child.text.toString();
            }
        }
        return null;
    }

    /** @throws S3Exception MalformedXML when there is no such child */
    public String require(String childName) {
        String found = child(childName);
        if (found == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return found;
    }
}
